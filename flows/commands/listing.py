EPILOG = ""


def list_reports() -> None:
    "x"
