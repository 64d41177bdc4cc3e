EPILOG = ""


def show() -> None:
    "x"
