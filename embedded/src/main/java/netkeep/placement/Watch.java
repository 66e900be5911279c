package netkeep.placement;

import netkeep.control.Gate;
import netkeep.domain.Doorbell;
import netkeep.linux.Epoll;

/// The descriptors that one part of a domain waits for.
final class Watch implements Gate.Watch {
    private static final int PART = 32;

    private final Epoll epoll;
    private final long part;

    /// @param part its number in the domain
    Watch(Epoll epoll, int part) {
        this.epoll = epoll;
        this.part = (long) part << PART;
    }

    /// The part of a token.
    static int part(long token) {
        return (int) (token >>> PART);
    }

    /// The descriptor of a token.
    static int descriptor(long token) {
        return (int) token;
    }

    @Override
    public void add(int descriptor) {
        epoll.add(descriptor, Epoll.EPOLLIN, part | descriptor);
    }

    /// Wakes the domain whenever it hears something; there is nothing to do but to look at everything.
    @Override
    public void hear(Doorbell bell) {
        epoll.add(bell.ear(), Epoll.EPOLLIN | Epoll.EPOLLET, part | bell.ear());
    }

    /// Stops hearing a bell, or begins again: if it was rung meanwhile, with that.
    void hear(Doorbell bell, boolean on) {
        epoll.modify(bell.ear(), on ? Epoll.EPOLLIN | Epoll.EPOLLET : 0, part | bell.ear());
    }

    @Override
    public void remove(int descriptor) {
        epoll.remove(descriptor);
    }

    /// Stops looking at a descriptor, or begins again.
    void look(int descriptor, boolean on) {
        epoll.modify(descriptor, on ? Epoll.EPOLLIN : 0, part | descriptor);
    }
}
