"""`gongkai portals`: which portals there are, whether they are right, what was seen of them, and how to find more."""

import typer

from flows.commands.portals import check, discover, listing, new, status

EPILOG = """Examples:

gongkai portals                                 all portals that ship with gongkai

gongkai portals --region 12 --level county      those of Tianjin's districts

gongkai portals check --offline                 are the files right?

gongkai portals status                          what the last run saw of each

gongkai portals discover https://www.example.gov.cn/     look for the column of annual reports"""

app = typer.Typer(epilog=EPILOG, rich_markup_mode="rich", context_settings={"help_option_names": ["-h", "--help"]})
app.callback(invoke_without_command=True, epilog=EPILOG)(listing.portals)
app.command(epilog=status.EPILOG)(status.status)
app.command(epilog=check.EPILOG)(check.check)
app.command(epilog=discover.EPILOG)(discover.discover)
app.command(epilog=new.EPILOG)(new.new)
