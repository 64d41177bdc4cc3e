"""The words every room uses: types, closed lists, errors, the forms and titles as data."""
