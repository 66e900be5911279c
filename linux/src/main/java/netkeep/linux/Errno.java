package netkeep.linux;

/// The error numbers that Netkeep looks at, with the names that the manual pages give them.
public final class Errno {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int ENOMEM = 12;
    public static final int EACCES = 13;
    public static final int EFAULT = 14;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EMFILE = 24;
    public static final int ENOSPC = 28;
    public static final int EPIPE = 32;
    public static final int ENOSYS = 38;
    public static final int EREMOTE = 66;
    public static final int EBADFD = 77;
    public static final int EMSGSIZE = 90;
    public static final int EOPNOTSUPP = 95;
    public static final int EADDRNOTAVAIL = 99;
    public static final int ENETDOWN = 100;
    public static final int ECONNRESET = 104;
    public static final int ENOBUFS = 105;
    public static final int ETOOMANYREFS = 109;
    public static final int ETIMEDOUT = 110;

    private Errno() {}

    /// The name as in errno(3), or the number for one that Netkeep does not know.
    public static String name(int errno) {
        return switch (errno) {
            case EPERM -> "EPERM (operation not permitted)";
            case ENOENT -> "ENOENT (no such file)";
            case EINTR -> "EINTR (interrupted)";
            case EIO -> "EIO (input or output error)";
            case ENXIO -> "ENXIO (no such device or address)";
            case EBADF -> "EBADF (bad descriptor)";
            case EAGAIN -> "EAGAIN (not now)";
            case ENOMEM -> "ENOMEM (out of memory)";
            case EACCES -> "EACCES (permission denied)";
            case EFAULT -> "EFAULT (bad address)";
            case EBUSY -> "EBUSY (device busy)";
            case EEXIST -> "EEXIST (exists already)";
            case ENODEV -> "ENODEV (no such device)";
            case EINVAL -> "EINVAL (invalid argument)";
            case EMFILE -> "EMFILE (too many descriptors)";
            case ENOSPC -> "ENOSPC (no space left)";
            case EPIPE -> "EPIPE (nobody reads)";
            case ENOSYS -> "ENOSYS (not in this kernel)";
            case EREMOTE -> "EREMOTE (it is elsewhere)";
            case EBADFD -> "EBADFD (descriptor in bad state)";
            case EMSGSIZE -> "EMSGSIZE (message too long)";
            case EOPNOTSUPP -> "EOPNOTSUPP (not supported)";
            case EADDRNOTAVAIL -> "EADDRNOTAVAIL (address not available)";
            case ENETDOWN -> "ENETDOWN (network is down)";
            case ECONNRESET -> "ECONNRESET (the other end is closed)";
            case ENOBUFS -> "ENOBUFS (no buffer space)";
            case ETOOMANYREFS -> "ETOOMANYREFS (too many descriptors in flight)";
            case ETIMEDOUT -> "ETIMEDOUT (timed out)";
            default -> "errno " + errno;
        };
    }
}
