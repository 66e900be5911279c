package netkeep.engine.socket;

import netkeep.engine.ledger.Outgoing;

/// Who has something to send, in the order of asking. Whoever found his link full waits apart until it has room: others
/// go on. Derived: a successor asks every socket.
public final class Senders {
    private final Outgoing outgoing;
    private final Ready ready = new Ready();

    /// Who waits for room on a link, by the links' numbers.
    private final Ready[] waiting;

    public Senders(Outgoing outgoing) {
        this.outgoing = outgoing;
        this.waiting = new Ready[outgoing.links()];
        for (int link = 0; link < waiting.length; link++) {
            waiting[link] = new Ready();
        }
    }

    /// As [Ready#add].
    public void add(int id) {
        ready.add(id);
    }

    /// Puts `id` aside until a link has room.
    public void await(int id, int link) {
        waiting[link].add(id);
    }

    /// Takes the first whose link may have room, -1 if nobody is left.
    public int take() {
        for (int link = 0; link < waiting.length; link++) {
            if (waiting[link].count() != 0 && !outgoing.full(link)) {
                return waiting[link].take();
            }
        }
        return ready.take();
    }

    /// How many [#take] finds.
    public int count() {
        int count = ready.count();
        for (int link = 0; link < waiting.length; link++) {
            count += outgoing.full(link) ? 0 : waiting[link].count();
        }
        return count;
    }

    /// Whether somebody waits for room on a link.
    public boolean waits(int link) {
        return waiting[link].count() != 0;
    }
}
