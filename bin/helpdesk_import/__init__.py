"""The parts of the command helpdesk-import, which stands beside this folder."""

class Failure(Exception):
    """Ends the import, with a text for the user. `again`: the same command may succeed later."""

    def __init__(self, text, again=False):
        super().__init__(text)
        self.again = again
