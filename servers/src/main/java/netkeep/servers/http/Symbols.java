package netkeep.servers.http;

/// Which octets may stand where.
final class Symbols {
    private static final byte TOKEN = 1;
    private static final byte URI = 2;
    private static final byte HOST = 4;
    private static final byte[] KINDS = kinds();

    private Symbols() {}

    /// RFC 9110 §5.6.2: what a method and a field name are made of.
    static boolean token(byte octet) {
        return octet > 0 && (KINDS[octet] & TOKEN) != 0;
    }

    /// RFC 3986 §3.3, §3.4: what a path and a query are made of, the question mark and the percent sign included.
    static boolean uri(byte octet) {
        return octet > 0 && (KINDS[octet] & URI) != 0;
    }

    /// RFC 3986 §3.2.2: what a registered name and an IPv4 address are made of, the percent sign included.
    static boolean host(byte octet) {
        return octet > 0 && (KINDS[octet] & HOST) != 0;
    }

    private static byte[] kinds() {
        byte[] kinds = new byte[128];
        String letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        allow(kinds, TOKEN, letters + "!#$%&'*+-.^_`|~");
        allow(kinds, URI, letters + "-._~!$&'()*+,;=:@/?%");
        allow(kinds, HOST, letters + "-._~!$&'()*+,;=%");
        return kinds;
    }

    private static void allow(byte[] kinds, byte kind, String octets) {
        for (int i = 0; i < octets.length(); i++) {
            kinds[octets.charAt(i)] |= kind;
        }
    }
}
