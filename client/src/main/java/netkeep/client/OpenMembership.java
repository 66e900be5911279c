package netkeep.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.nio.channels.MembershipKey;
import java.nio.channels.MulticastChannel;
import org.jspecify.annotations.Nullable;

/// The membership of a [OpenPort] in a group.
final class OpenMembership extends MembershipKey {
    private final OpenPort channel;
    private final MembershipKey sides;

    /// @param sides the membership of the channel's side
    OpenMembership(OpenPort channel, MembershipKey sides) {
        this.channel = channel;
        this.sides = sides;
    }

    @Override
    public boolean isValid() {
        return sides.isValid();
    }

    @Override
    public void drop() {
        sides.drop();
    }

    @Override
    public MembershipKey block(InetAddress source) throws IOException {
        sides.block(source);
        return this;
    }

    @Override
    public MembershipKey unblock(InetAddress source) {
        sides.unblock(source);
        return this;
    }

    @Override
    public MulticastChannel channel() {
        MulticastChannel of = channel;
        return of;
    }

    @Override
    public InetAddress group() {
        return sides.group();
    }

    @Override
    public NetworkInterface networkInterface() {
        return sides.networkInterface();
    }

    @Override
    public @Nullable InetAddress sourceAddress() {
        return sides.sourceAddress();
    }

    @Override
    public String toString() {
        return sides.toString();
    }
}
