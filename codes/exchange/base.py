"""The base of merges: what each source said last, kept whole."""

from collections.abc import Mapping

from codes.exchange.form import Fields, Key, Model
from codes.exchange.manifest import Manifest
from codes.exchange.merge import advance
from codes.models import BaseFile, Source


class Base:
    """What the source of a manifest said last of each record; nothing if no bundle of it was applied."""

    def __init__(self, manifest: Manifest) -> None:
        values = {"digest": "", "manifest": manifest.raw}
        self.source, _ = Source.objects.get_or_create(slug=manifest.source, defaults=values)
        self.digest = self.source.digest

    def records(self, model: Model) -> dict[Key, Fields]:
        """The fields of each record of a model, by natural key."""
        file = self.source.files.filter(model=model._meta.model_name).first()
        return {tuple(key): fields for key, fields in file.records} if file else {}

    def is_of(self, manifest: Manifest, name: str) -> bool:
        """Whether the base was taken from the very file of this name that a manifest lists."""
        last = self.source.manifest
        same_languages = last["languages"] == manifest.raw["languages"]
        told = last["files"].get(name)
        return bool(self.digest and same_languages and told and told["sha256"] == manifest.files[name].sha256)

    def remember(self, model: Model, base: Mapping[Key, Fields], upstream: Mapping[Key, Fields]) -> None:
        """Make what the source says now of a model the base of the next merge."""
        records = [(key, advance(base.get(key), fields)) for key, fields in sorted(upstream.items())]
        BaseFile.objects.update_or_create(
            source=self.source, model=model._meta.model_name, defaults={"content": BaseFile.packed(records)}
        )

    def advance(self, manifest: Manifest, address: str) -> None:
        """Note which bundle the base is from, and where it was found, if it has an address."""
        self.source.digest, self.source.manifest = manifest.digest, manifest.raw
        self.source.address = address or self.source.address
        self.source.save()
