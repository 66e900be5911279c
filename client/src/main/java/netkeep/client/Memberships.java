package netkeep.client;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ProtocolFamily;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import netkeep.session.Request;
import org.jspecify.annotations.Nullable;

/// The groups that a UDP socket is a member of.
final class Memberships {
    private static final int ANY_SOURCE = 0;
    private static final int ONE_SOURCE = 1;
    private static final int BLOCK = 2;
    private static final int UNBLOCK = 3;

    private final PortChannel channel;
    private final ProtocolFamily family;
    private List<Key> keys = List.of();

    Memberships(PortChannel channel, ProtocolFamily family) {
        this.channel = channel;
        this.family = family;
    }

    /// Checks the arguments of a join.
    ///
    /// @param one whether it is for one source only
    void check(InetAddress group, NetworkInterface on, @Nullable InetAddress source, boolean one) {
        if (on == null) {
            throw new NullPointerException("interface");
        }
        if (!group.isMulticastAddress()) {
            throw new IllegalArgumentException("Group not a multicast address");
        }
        if (family == StandardProtocolFamily.INET && !(group instanceof Inet4Address)) {
            throw new IllegalArgumentException("IPv6 group with an IPv4 socket");
        }
        if (one && source != null) {
            checkSource(group, source);
        }
    }

    private static void checkSource(InetAddress group, InetAddress source) {
        if (source.isAnyLocalAddress()) {
            throw new IllegalArgumentException("Source address is a wildcard address");
        }
        if (source.isMulticastAddress()) {
            throw new IllegalArgumentException("Source address is multicast address");
        }
        if (source.getClass() != group.getClass()) {
            throw new IllegalArgumentException("Source address is different type to group");
        }
    }

    /// Joins, or finds the key of a former join of the same.
    synchronized MembershipKey join(InetAddress group, NetworkInterface on, @Nullable InetAddress source)
            throws IOException {
        for (Key key : keys) {
            if (!key.group.equals(group) || !key.on.equals(on)) {
                continue;
            }
            if ((key.source == null) != (source == null)) {
                throw new IllegalStateException(
                        source == null
                                ? "Already have source-specific membership"
                                : "Already a member to receive all packets");
            }
            if (source == null || source.equals(key.source)) {
                return key;
            }
        }
        request(Request.JOIN, source == null ? ANY_SOURCE : ONE_SOURCE, group, source, on);
        Key key = new Key(group, on, source);
        keys = new ArrayList<>(keys);
        keys.add(key);
        return key;
    }

    private void request(int op, int how, InetAddress group, @Nullable InetAddress source, NetworkInterface on)
            throws IOException {
        synchronized (channel.port) {
            int errno = channel.port.group(op, how, group, source, channel.link(on));
            if (errno != Errno.OK) {
                throw Errno.socket(errno);
            }
        }
    }

    /// The channel is closed: so are all memberships.
    synchronized void end() {
        for (Key key : keys) {
            key.valid = false;
        }
        keys = List.of();
    }

    private synchronized void drop(Key key) {
        if (!key.valid) {
            return;
        }
        key.valid = false;
        keys.remove(key);
        try {
            request(Request.LEAVE, key.source == null ? ANY_SOURCE : ONE_SOURCE, key.group, key.source, key.on);
        } catch (IOException e) {
            throw new AssertionError("leaving " + key.group, e); // a member can always leave
        }
    }

    private synchronized void block(Key key, InetAddress source) throws IOException {
        ensureValid(key);
        checkSource(key.group, source);
        if (!key.blocked.contains(source)) {
            request(Request.JOIN, BLOCK, key.group, source, key.on);
            key.blocked.add(source);
        }
    }

    private synchronized void unblock(Key key, InetAddress source) {
        ensureValid(key);
        if (!key.blocked.contains(source)) {
            throw new IllegalStateException("not blocked");
        }
        try {
            request(Request.JOIN, UNBLOCK, key.group, source, key.on);
        } catch (IOException e) {
            throw new AssertionError("unblocking " + source, e); // what is blocked can be unblocked
        }
        key.blocked.remove(source);
    }

    private static void ensureValid(Key key) {
        if (!key.valid) {
            throw new IllegalStateException("key is no longer valid");
        }
        if (key.source != null) {
            throw new IllegalStateException("key is source-specific");
        }
    }

    private final class Key extends MembershipKey {
        private final InetAddress group;
        private final NetworkInterface on;
        private final @Nullable InetAddress source;
        private final Set<InetAddress> blocked = new HashSet<>();
        private volatile boolean valid = true;

        Key(InetAddress group, NetworkInterface on, @Nullable InetAddress source) {
            this.group = group;
            this.on = on;
            this.source = source;
        }

        @Override
        public boolean isValid() {
            return valid;
        }

        @Override
        public void drop() {
            Memberships.this.drop(this);
        }

        @Override
        public MembershipKey block(InetAddress from) throws IOException {
            Memberships.this.block(this, from);
            return this;
        }

        @Override
        public MembershipKey unblock(InetAddress from) {
            Memberships.this.unblock(this, from);
            return this;
        }

        @Override
        public MulticastChannel channel() {
            DatagramChannel of = channel;
            return of;
        }

        @Override
        public InetAddress group() {
            return group;
        }

        @Override
        public NetworkInterface networkInterface() {
            return on;
        }

        @Override
        public @Nullable InetAddress sourceAddress() {
            return source;
        }

        @Override
        public String toString() {
            return "<" + group.getHostAddress() + "," + on.getName()
                    + (source == null ? "" : "," + source.getHostAddress()) + ">";
        }
    }
}
