package netkeep.linux;

/// The host refused a call: out of memory, no such device, no right to it. The message says which call and why, and
/// what to do where that is known.
public class LinuxException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String call;
    private final int errno;

    /// @param call  the call with what tells it from others, as `ioctl TUNSETIFF nk0`
    /// @param errno the error number, positive
    public LinuxException(String call, int errno) {
        this(call, errno, "");
    }

    /// @param advice what to do about it, a sentence without its full stop; empty for none
    public LinuxException(String call, int errno, String advice) {
        super(call + ": " + Errno.name(errno) + (advice.isEmpty() ? "" : ": " + advice));
        this.call = call;
        this.errno = errno;
    }

    /// The call that failed.
    public String call() {
        return call;
    }

    /// The error number, as in [Errno].
    public int errno() {
        return errno;
    }

    /// Passes on an answer that is no failure.
    ///
    /// @throws LinuxException if `answer` is negative, an error number with its sign turned
    static long check(long answer, String call) {
        if (answer < 0) {
            throw new LinuxException(call, (int) -answer);
        }
        return answer;
    }
}
