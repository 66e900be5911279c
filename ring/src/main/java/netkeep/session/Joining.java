package netkeep.session;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/// How a process joins a session that is another's. A client leaves a deposit with control: a [Hello] as it got one,
/// with the descriptors that came with that, and one of its own. Who asks over the session's connection, or over an end
/// of a pair whose other end control was given by [Hold], gets a copy over the socket that it sends along.
///
/// ```text
///  0  magic  u32   as in Hello
///  4  what   u32   3: a deposit, a hello follows; 4: to join, with one descriptor
/// ```
public final class Joining {
    public static final int LENGTH = 8;

    /// Descriptors of a deposit: both regions, voice, ear, and the client's own.
    public static final int DEPOSITED = 5;

    private static final int MAGIC = 0x3053_4b4e;
    private static final int DEPOSIT = 3;
    private static final int JOIN = 4;

    private Joining() {}

    private static int what(byte[] octets) {
        if (octets.length < LENGTH) {
            return 0;
        }
        ByteBuffer in = ByteBuffer.wrap(octets).order(ByteOrder.nativeOrder());
        return in.getInt() == MAGIC ? in.getInt() : 0;
    }

    public static boolean deposits(byte[] octets) {
        return what(octets) == DEPOSIT;
    }

    public static boolean joins(byte[] octets) {
        return octets.length == LENGTH && what(octets) == JOIN;
    }

    /// What is said to who joins.
    ///
    /// @param octets of a deposit
    public static byte[] hello(byte[] octets) {
        return Arrays.copyOfRange(octets, LENGTH, octets.length);
    }

    /// @param hello that who joins is to get
    public static byte[] deposit(byte[] hello) {
        return head(LENGTH + hello.length, DEPOSIT).put(hello).array();
    }

    public static byte[] join() {
        return head(LENGTH, JOIN).array();
    }

    private static ByteBuffer head(int length, int what) {
        return ByteBuffer.allocate(length)
                .order(ByteOrder.nativeOrder())
                .putInt(MAGIC)
                .putInt(what);
    }
}
