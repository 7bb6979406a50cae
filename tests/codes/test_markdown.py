from django.urls import get_script_prefix, set_script_prefix

from codes.markdown import render, rendered


def test_links_to_numbers_lead_to_the_page_in_the_readers_language():
    assert '<a href="/zh-hant/404/">404</a>' in render("[404](/404)", "zh-hant")


def test_links_to_other_sites_are_marked():
    html = render("[RFC 9110](https://www.rfc-editor.org/rfc/rfc9110)", "en")
    assert 'rel="external noopener"' in html


def test_other_links_inside_the_site_stay_as_they_are():
    assert render("[table](/en/table/) [top](#top)", "en") == (
        '<p><a href="/en/table/">table</a> <a href="#top">top</a></p>\n'
    )


def test_active_content_arrives_as_text():
    html = render(
        '<script>alert(1)</script>\n\n<b onclick="x">b</b>\n\n[x](javascript:alert(1))\n\n![i](http://e/i.png)', "en"
    )
    assert "<script" not in html
    assert "<b " not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_headings_do_not_disturb_the_pages_outline():
    assert "<h" not in render("# a\n\nb\n===\n", "en")


def test_tables_are_tables():
    assert "<td>1</td>" in render("| a |\n| - |\n| 1 |\n", "en")


def test_a_text_is_rendered_once_for_each_place_of_the_site():
    prefix = get_script_prefix()
    try:
        assert render("[once](/404)", "en") is render("[once](/404)", "en")
        set_script_prefix("/http/")
        assert 'href="/http/en/404/"' in render("[once](/404)", "en")
    finally:
        set_script_prefix(prefix)
    assert rendered.cache_info().maxsize
