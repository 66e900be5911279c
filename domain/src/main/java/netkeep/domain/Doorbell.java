package netkeep.domain;

import netkeep.linux.Bell;
import netkeep.linux.Descriptors;
import netkeep.linux.Epoll;

/// One side's end of a doorbell between two domains: each side rings, and hears the other.
///
/// A side's *voice* is an eventfd, to which it alone writes and which nobody reads. Its *ear* is an epoll
/// descriptor that tells of the other's voice, of each ring once: whoever waits for the ear edge-triggered needs no
/// call but the wait. An ear gives no hold of the voice: who has it can neither fill nor empty that, nor set a flag
/// on it that makes its owner wait, as with a descriptor that both hold. One thread at a time rings, one silences.
public final class Doorbell implements AutoCloseable {
    /// The indices of one side's descriptors in a [#pair]; the other's come behind them.
    public static final int VOICE = 0;

    public static final int EAR = 1;

    private final Bell voice;
    private final Epoll ear;

    /// @param voice closed with this object, as
    /// @param ear   is
    public Doorbell(int voice, int ear) {
        this.voice = new Bell(voice);
        this.ear = new Epoll(ear, 1);
    }

    /// The descriptors of a new one: voice and ear of one side, voice and ear of the other.
    public static int[] pair() {
        int one = Descriptors.eventfd();
        int other = Descriptors.eventfd();
        return new int[] {one, ear(other), other, ear(one)};
    }

    private static int ear(int voice) {
        Epoll ear = new Epoll(1);
        ear.add(voice, Epoll.EPOLLIN | Epoll.EPOLLET, 0);
        return ear.descriptor();
    }

    /// The descriptor to wait for, edge-triggered; or otherwise, by one that [#silence]s it.
    public int ear() {
        return ear.descriptor();
    }

    /// Wakes who waits for the other end, now or next.
    public void ring() {
        voice.ring();
    }

    /// Makes the ear silent for those who do not wait for it edge-triggered.
    ///
    /// @return whether it had been rung
    public boolean silence() {
        return ear.await(0) > 0;
    }

    @Override
    public void close() {
        voice.close();
        ear.close();
    }
}
