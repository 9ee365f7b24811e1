"""Calls between two phones, as ladders: each step is waited for on both sides."""
from run import step

SETTLE_S = 15


def call_both_ways(alice, bob):
    """Each calls the other; each of them hangs up, and gives up while it rings."""
    for caller, callee in ((alice, bob), (bob, alice)):
        for who in (caller, callee):
            step(f"{caller.aor} calls {callee.aor}, {who.aor} hangs up")
            talk(caller, callee, who)
            step(f"{caller.aor} calls {callee.aor}, {who.aor} gives up while it rings")
            give_up(caller, callee, who)


def talk(caller, callee, who_hangs_up):
    """Rings once, is answered, stands on both sides, is closed on both sides."""
    established = {phone: phone.seen("CALL_ESTABLISHED") for phone in (caller, callee)}
    rung, closed = ring(caller, callee)
    callee.accept()
    for phone in (caller, callee):
        phone.wait_for_event("CALL_ESTABLISHED", established[phone] + 1, SETTLE_S)
    assert closed == {p: p.seen("CALL_CLOSED") for p in (caller, callee)}, "closed before anyone hung up"
    end(caller, callee, who_hangs_up, rung, closed)


def give_up(caller, callee, who_gives_up):
    """Rings once, is cancelled (by the caller) or declined (by the callee), is closed on both sides."""
    established = {phone: phone.seen("CALL_ESTABLISHED") for phone in (caller, callee)}
    rung, closed = ring(caller, callee)
    end(caller, callee, who_gives_up, rung, closed)
    assert established == {p: p.seen("CALL_ESTABLISHED") for p in (caller, callee)}, "nobody had answered"
    reason = caller.last("CALL_CLOSED")
    assert who_gives_up is caller or reason.startswith(callee.declines_with), f"declined, but the caller was told {reason!r}"


def ring(caller, callee):
    """The caller hears it ring. Returns what was seen before: how often each rang, and lost a call."""
    rung = {phone: phone.seen("CALL_INCOMING") for phone in (caller, callee)}
    closed = {phone: phone.seen("CALL_CLOSED") for phone in (caller, callee)}
    ringing = caller.seen("CALL_RINGING")
    caller.dial(callee.aor)
    callee.wait_for_event("CALL_INCOMING", rung[callee] + 1, SETTLE_S)
    caller.wait_for_event("CALL_RINGING", ringing + 1, SETTLE_S)
    return rung, closed


def end(caller, callee, who_hangs_up, rung, closed):
    who_hangs_up.hang_up()
    for phone in (caller, callee):
        phone.wait_for_event("CALL_CLOSED", closed[phone] + 1, SETTLE_S)
    assert callee.seen("CALL_INCOMING") == rung[callee] + 1, f"{callee.aor} rang more than once"
    assert caller.seen("CALL_INCOMING") == rung[caller], f"{caller.aor} rang for its own call"
