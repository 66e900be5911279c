package netkeep.engine.tcp;

/// Sequence numbers, compared modulo 2^32 (RFC 9293 §3.4).
final class Seq {
    private Seq() {}

    static boolean before(int a, int b) {
        return a - b < 0;
    }

    static boolean after(int a, int b) {
        return a - b > 0;
    }

    static boolean notAfter(int a, int b) {
        return a - b <= 0;
    }

    /// Whether `a <= x <= b`.
    static boolean between(int a, int x, int b) {
        return x - a >= 0 && b - x >= 0;
    }

    static int later(int a, int b) {
        return a - b >= 0 ? a : b;
    }

    static int earlier(int a, int b) {
        return a - b <= 0 ? a : b;
    }
}
