"""The parts of an address that stand for a status code, a class or an RFC."""


class NumberConverter:
    """A status code in an address: exactly three digits."""

    regex = "[0-9]{3}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:03}"


class ClassConverter:
    """A status class in an address: ``4xx``; the value is its digit."""

    regex = "[1-5]xx"

    def to_python(self, value: str) -> int:
        return int(value[0])

    def to_url(self, value: int) -> str:
        return f"{value}xx"


class RFCConverter:
    """The number of an RFC in an address, without leading zeros."""

    regex = "[1-9][0-9]{0,4}"

    def to_python(self, value: str) -> int:
        return int(value)

    def to_url(self, value: int) -> str:
        return str(value)
