"""A configuration of nginx that serves an export with what files alone cannot do: redirects by language, headers."""

from collections.abc import Sequence
from pathlib import Path

from codes.export.address import STATIC, Address
from codes.export.directory import OWN
from codes.localized import DEFAULT_LANGUAGE

# What browsers call a language besides its own name; looked at in this order.
TAGS = {"zh-hant": "zh-(?:hant|tw|hk|mo)", "zh-hans": "zh", "pt-br": "pt"}

TEMPLATE = """\
# To be included in http {{}}. The language is the first of Accept-Language, as far as the site speaks it.
map $http_accept_language $httpref_language {{
    default {default};
{tags}
}}

server {{
    listen 127.0.0.1:8080;
    server_name {host};
    charset utf-8;
    absolute_redirect off;
    index index.html index.json;
    gzip_static on;
    # brotli_static on;  # with the module libnginx-mod-http-brotli-static
    error_page 404 {prefix}/404.html;

    location = {prefix}/ {{
        add_header Vary Accept-Language;
        return 302 {prefix}/$httpref_language/;
    }}
    # A name, for the map above has expressions of its own, which would take $1 away.
    location ~ ^{prefix}/(?<httpref_number>[0-9][0-9][0-9])/?$ {{
        add_header Vary Accept-Language;
        return 302 {prefix}/$httpref_language/$httpref_number/;
    }}
    location ~ ^{prefix}/({languages})/specifications/rfc0*([1-9][0-9]*)/$ {{
        return 301 {prefix}/$1/rfc/$2/;
    }}
    location ^~ {prefix}/{own} {{
        return 404;
    }}
    location {prefix}/api/ {{
        alias "{directory}/api/";
        add_header Access-Control-Allow-Origin *;
    }}
    location {prefix}/{static} {{
        alias "{directory}/{static}";
        add_header Cache-Control "public, max-age=31536000, immutable";
    }}
    location {prefix}/ {{
        alias "{directory}/";
        add_header X-Frame-Options DENY;
    }}
}}
"""


def configuration(directory: Path, address: Address, languages: Sequence[str]) -> str:
    """The configuration for an export in a directory, to be included in nginx's http {}."""
    tags = sorted(((TAGS.get(language, language), language) for language in languages), key=lambda pair: -len(pair[0]))
    return TEMPLATE.format(
        default=DEFAULT_LANGUAGE,
        tags="\n".join(f'    "~*^{tag}" {language};' for tag, language in tags),
        host=address.origin.partition("://")[2].partition(":")[0],
        prefix=address.prefix,
        languages="|".join(languages),
        static=STATIC,
        own=OWN,
        directory=directory,
    )
