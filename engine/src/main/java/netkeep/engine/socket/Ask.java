package netkeep.engine.socket;

import netkeep.ring.Region;
import netkeep.session.Request;

/// A request, read once out of the client's region. A reused object.
public final class Ask {
    public int op;
    public int ticket;
    public int socket;
    public long a;
    public long b;
    public long hi;
    public long lo;
    public long sourceHi;
    public long sourceLo;
    public int port;
    public int scope;

    public Ask() {}

    /// Reads the request whose slot begins at `at`.
    public void read(Region client, long at) {
        op = client.u8(at + Request.OP);
        ticket = client.u16(at + Request.TICKET);
        socket = client.i32(at + Request.SOCKET);
        a = client.i64(at + Request.A);
        b = client.i64(at + Request.B);
        hi = client.i64(at + Request.ADDRESS);
        lo = client.i64(at + Request.ADDRESS + 8);
        sourceHi = client.i64(at + Request.SOURCE);
        sourceLo = client.i64(at + Request.SOURCE + 8);
        port = client.u16(at + Request.PORT);
        scope = client.i32(at + Request.SCOPE);
    }
}
