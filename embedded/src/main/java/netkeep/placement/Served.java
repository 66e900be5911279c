package netkeep.placement;

import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.function.LongSupplier;
import netkeep.domain.Doorbell;
import netkeep.engine.Engine;
import netkeep.engine.socket.Attachment;
import netkeep.linux.LinuxException;

/// A session that a stack serves, and the bell between it and its client.
final class Served {
    final Attachment attachment;

    /// Whether its client is gone, or cut off.
    boolean leaving;

    /// Sockets that have been closed since, or reset.
    private int closed;

    /// Whether its connections are reset, whatever they owe their peers.
    private boolean givenUp;

    /// Forgotten by the engine; the next turn commits that.
    boolean detached;

    private final Arena arena;
    private final Doorbell bell;
    private final Waking waking;
    private final Hearing hearing;
    private final Watch watch;
    private boolean heard;
    private long taken;

    /// @param arena of its regions; closed with this object, as
    /// @param bell  is
    /// @param watch where the client's voice is waited for
    /// @param cpuNs as [Waking] takes it
    Served(Attachment attachment, Arena arena, Doorbell bell, Watch watch, LongSupplier cpuNs) {
        this.attachment = attachment;
        this.arena = arena;
        this.bell = bell;
        this.watch = watch;
        this.waking = new Waking(bell::ring, cpuNs, new SplittableRandom());
        this.hearing = new Hearing(on -> watch.hear(bell, on));
    }

    /// Begins to wait for the client's voice.
    ///
    /// @return false if the kernel refuses that: the client has its voice in so many epoll instances that there is
    ///         no place for another
    boolean hear() {
        try {
            watch.hear(bell);
            heard = true;
        } catch (LinuxException full) {
            heard = false;
        }
        return heard;
    }

    /// The client's voice, if that is what a descriptor is of, was heard.
    void ready(int descriptor) {
        if (heard && descriptor == bell.ear()) {
            hearing.rung();
        }
    }

    /// Waits for it no more.
    void ignore() {
        if (heard) {
            heard = false;
            watch.remove(bell.ear());
        }
    }

    /// Wakes the client if there is news for it and it sleeps, and listens to it or not; after each turn.
    ///
    /// @param alone whether no other is served: however long it takes, it takes that from nobody else
    void turned(boolean alone, long nowNs) {
        if (attachment.mustWake()) {
            waking.ring(alone, nowNs);
        } else {
            waking.late(nowNs);
        }
        if (heard) {
            long before = taken;
            taken = attachment.taken();
            hearing.turned(taken != before, nowNs);
        }
    }

    /// Whether all its sockets have been: all there is to do is done then, but for what they owe their peers.
    boolean closed() {
        return closed == attachment.layout.sockets();
    }

    /// Its client is gone, and its place is wanted for another one. Harmless where that was said before.
    void giveUp() {
        if (leaving && !givenUp) {
            givenUp = true;
            closed = 0;
        }
    }

    /// Closes some of its sockets, between two turns, until [#closed].
    void close(Engine engine, long nowNs) {
        closed = givenUp ? engine.reset(attachment, closed, nowNs) : engine.close(attachment, closed, nowNs);
    }

    /// When there is something to do for it at the latest.
    long deadlineNs() {
        if (leaving && !closed()) {
            return 0;
        }
        return heard ? Math.min(waking.deadlineNs(), hearing.deadlineNs()) : waking.deadlineNs();
    }

    void close() {
        bell.close();
        arena.close();
    }
}
