EPILOG = ""


def diff() -> None:
    "x"
