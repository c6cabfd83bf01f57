"""Cuts the connection to the database at each packet of a write, one after the other, and looks whether the answer is true."""

import itertools

from servers import wait_for

# A long run of packets is a result's rows: so many at its begin and at its end, and one in the middle, stand for all.
ENDS_OF_A_RUN = 3


UNAVAILABLE = (503, [("", "database_unavailable")])
UNKNOWN = (503, [("", "outcome_unknown")])


def told(answer):
    return answer.status, [] if answer.status == 200 else answer.problems


def places(packets):
    """Where to cut: at each packet, but for those inside of a long result."""
    number = 0
    for _, run in itertools.groupby(packets, key=lambda packet: packet.to_server):
        length = len(list(run))
        yield from (number + i for i in range(length)
                    if i < ENDS_OF_A_RUN or i == length // 2 or i >= length - ENDS_OF_A_RUN)
        number += length


def up_to_clean_up(packets):
    """Packets without those after a write: old answers to repeats are deleted now and then, once it is stored."""
    return list(itertools.takewhile(lambda packet: not (packet.is_preparation() and b"DELETE FROM idempotency_keys" in packet.data), packets))


class Commit:
    """Tells whether packets hold the one that makes a write last: its COMMIT, or the last statement, which commits by itself."""

    def __init__(self, packets):
        packets = up_to_clean_up(packets)
        self.in_transaction = any(packet.is_commit() for packet in packets)
        self.executions = sum(packet.is_execution() for packet in packets)

    def is_in(self, packets):
        if self.in_transaction:
            return any(packet.is_commit() for packet in packets)
        return sum(packet.is_execution() for packet in packets) >= self.executions


def cut_everywhere(link, write, stored, repeat=None, shown=lambda answer, name: answer.text.replace(name, "NAME")):
    """Writes a record anew for each packet of a write, and cuts the link there.

    write() gives the record's name, the answer, and what was stored before and after; stored(name) is that again; shown() the answer's
    text without what differs from record to record. Where the write can be sent again, repeat(name) does so.
    """
    assert write()[1].status == 200
    packets = link.record()
    name, clean, before, after = write()
    packets = up_to_clean_up(packets)
    clean_text = shown(clean, name)
    assert clean.status == 200 and before != after
    commit = Commit(packets)
    left = {}
    for number, (half, down) in itertools.product(list(places(packets)), [(False, False), (True, False), (False, True)]):
        passed = link.cut_at(number, half, down)
        name, answer, was, is_now = write()
        where = (number, half, down, answer)
        assert (len(passed), was) == (number + 1, before), where
        sent, arrived = commit.is_in(passed), commit.is_in(passed[:-1])
        if down:
            expected = UNKNOWN if sent else UNAVAILABLE
        else:
            expected = UNKNOWN if sent and repeat is None else (200, [])
        assert told(answer) == expected, where
        assert is_now == (after if arrived or answer.status == 200 else before), where
        if answer.status == 200:
            assert shown(answer, name) == clean_text, where
        left[name] = is_now
        link.pass_all()
        if down:
            # The server is tried again after as long as it took to fail.
            wait_for(lambda: write()[1].status == 200, "the connection")
        elif answer.status != 200:
            assert write()[1].status == 200, where
        if repeat is not None and down:
            assert repeat(name).status == 200 and stored(name) == after, where
            left[name] = after
    # What came later has completed nothing of what was not done.
    assert {name: stored(name) for name in left} == left
