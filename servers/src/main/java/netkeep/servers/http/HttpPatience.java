package netkeep.servers.http;

import static java.util.concurrent.TimeUnit.SECONDS;
import static netkeep.servers.http.Bounds.require;

/// How long an [HttpServer] waits for what. Checked once, here.
///
/// @param idleNs    how long a connection may rest before its first request and between two
/// @param headNs    how long a head may take to arrive, from its first octet
/// @param contentNs how long content may stand still
/// @param writeNs   how long a response may stand still
/// @param lingerNs  how long a connection is read on after its last response, so that no RST overtakes it
/// @param graceNs   how long a server that is closed goes on with what it has begun
public record HttpPatience(long idleNs, long headNs, long contentNs, long writeNs, long lingerNs, long graceNs) {
    public static final HttpPatience DEFAULT = new HttpPatience(
            SECONDS.toNanos(75),
            SECONDS.toNanos(15),
            SECONDS.toNanos(15),
            SECONDS.toNanos(30),
            SECONDS.toNanos(5),
            SECONDS.toNanos(1));

    public HttpPatience {
        require(idleNs > 0, "idleNs", idleNs);
        require(headNs > 0, "headNs", headNs);
        require(contentNs > 0, "contentNs", contentNs);
        require(writeNs > 0, "writeNs", writeNs);
        require(lingerNs > 0, "lingerNs", lingerNs);
        require(graceNs >= 0, "graceNs", graceNs);
    }

    /// The same with another time to rest.
    public HttpPatience withIdleNs(long restNs) {
        return new HttpPatience(restNs, headNs, contentNs, writeNs, lingerNs, graceNs);
    }

    /// The same with another time for a head.
    public HttpPatience withHeadNs(long arrivalNs) {
        return new HttpPatience(idleNs, arrivalNs, contentNs, writeNs, lingerNs, graceNs);
    }

    /// The same with another time for what stands still.
    public HttpPatience withStillNs(long stillNs) {
        return new HttpPatience(idleNs, headNs, stillNs, stillNs, lingerNs, graceNs);
    }
}
