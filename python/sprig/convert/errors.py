"""What a converter refuses: a bad file (InputError) or a wish that cannot be met (ConversionError). One line each."""


class ConversionError(ValueError):
    """What was asked for cannot be carried over; says what would make it possible."""


class InputError(ConversionError):
    """A file is not what it should be; names file and place."""

    def __init__(self, path, text):
        super().__init__(f"{path}: {text}")


def need(module, extra):
    """The optional package `module`, or one line that says how to get it."""
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ConversionError(f"needs the Python package '{module}', which is not installed; "
                              f"install it, or sprig with [{extra}]") from error
