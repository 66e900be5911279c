package netkeep.client;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.SocketException;

/// The error numbers that a stack tells, and the exceptions that `java.nio` makes of them.
final class Errno {
    static final int OK = 0;
    static final int EBADF = 9;
    static final int EAGAIN = 11;
    static final int EACCES = 13;
    static final int EINVAL = 22;
    static final int EMFILE = 24;
    static final int EPIPE = 32;
    static final int EMSGSIZE = 90;
    static final int EOPNOTSUPP = 95;
    static final int EAFNOSUPPORT = 97;
    static final int EADDRINUSE = 98;
    static final int EADDRNOTAVAIL = 99;
    static final int ENETDOWN = 100;
    static final int ENETUNREACH = 101;
    static final int ECONNABORTED = 103;
    static final int ECONNRESET = 104;
    static final int ENOBUFS = 105;
    static final int EISCONN = 106;
    static final int ENOTCONN = 107;
    static final int ETIMEDOUT = 110;
    static final int ECONNREFUSED = 111;
    static final int EHOSTUNREACH = 113;
    static final int EINPROGRESS = 115;

    private Errno() {}

    /// The words that users know for an error number.
    static String text(int errno) {
        return switch (errno) {
            case EBADF -> "Bad file descriptor";
            case EACCES -> "Permission denied";
            case EINVAL -> "Invalid argument";
            case EMFILE -> "Too many open files";
            case EPIPE -> "Broken pipe";
            case EMSGSIZE -> "Message too long";
            case EOPNOTSUPP -> "Operation not supported";
            case EAFNOSUPPORT -> "Address family not supported by protocol";
            case EADDRINUSE -> "Address already in use";
            case EADDRNOTAVAIL -> "Cannot assign requested address";
            case ENETDOWN -> "Network is down";
            case ENETUNREACH -> "Network is unreachable";
            case ECONNABORTED -> "Software caused connection abort";
            case ECONNRESET -> "Connection reset by peer";
            case ENOBUFS -> "No buffer space available";
            case EISCONN -> "Transport endpoint is already connected";
            case ENOTCONN -> "Transport endpoint is not connected";
            case ETIMEDOUT -> "Connection timed out";
            case ECONNREFUSED -> "Connection refused";
            case EHOSTUNREACH -> "No route to host";
            default -> "Error " + errno;
        };
    }

    /// What an operation on a socket as such ends with: connect, bind, listen, an option.
    static IOException socket(int errno) {
        return switch (errno) {
            case ECONNREFUSED, ETIMEDOUT, ENOTCONN -> new ConnectException(text(errno));
            case EHOSTUNREACH -> new NoRouteToHostException(text(errno));
            case EADDRINUSE, EADDRNOTAVAIL, EACCES -> new BindException(text(errno));
            default -> new SocketException(text(errno));
        };
    }

    /// What reading from or writing to a connection ends with.
    static IOException stream(int errno) {
        return new IOException(text(errno));
    }

    /// What sending or receiving datagrams ends with.
    static IOException datagram(int errno) {
        return errno == ECONNREFUSED ? new PortUnreachableException() : new SocketException(text(errno));
    }
}
