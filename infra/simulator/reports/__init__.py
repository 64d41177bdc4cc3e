"""Invented annual reports: figures that satisfy every identity, own prose, and the layouts of real portals."""
