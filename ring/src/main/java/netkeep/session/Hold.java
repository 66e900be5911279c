package netkeep.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// What a client says of a socket that several of its processes have: with it comes one end of a pair of which each of
/// them has the other, so that the kernel counts them. Once nobody has that any more, the socket is closed.
///
/// ```text
///  0  magic  u32   as in Hello
///  4  what   u32   2
///  8  socket u32
/// 12  life   u32   of the socket, as it is now
/// ```
///
/// A message of one octet over the pair says that the client has closed the socket itself.
///
/// The same with `what` 5 takes the end back: with it comes a socket over which the client waits for it.
///
/// @param socket its number in the session, of which nothing is known yet
/// @param life   as the client says
public record Hold(int socket, int life) {
    public static final int LENGTH = 16;

    private static final int MAGIC = 0x3053_4b4e;
    private static final int WHAT = 2;
    private static final int BACK = 5;

    /// @return null if the octets are no such word
    public static @Nullable Hold of(byte[] octets) {
        return of(octets, WHAT);
    }

    /// The same for who takes an end back.
    public static @Nullable Hold back(byte[] octets) {
        return of(octets, BACK);
    }

    private static @Nullable Hold of(byte[] octets, int what) {
        if (octets.length != LENGTH) {
            return null;
        }
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        return in.getInt() == MAGIC && in.getInt() == what ? new Hold(in.getInt(), in.getInt()) : null;
    }

    public byte[] octets() {
        return octets(WHAT);
    }

    /// To take it back.
    public byte[] back() {
        return octets(BACK);
    }

    private byte[] octets(int what) {
        return ByteBuffer.allocate(LENGTH)
                .order(ByteOrder.nativeOrder())
                .putInt(MAGIC)
                .putInt(what)
                .putInt(socket)
                .putInt(life)
                .array();
    }
}
