package netkeep.servers.http;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.nio.file.Path;

/// What an [HttpServer] serves, and what it bounds. Checked once, here.
///
/// @param root            the directory whose files are served
/// @param listings        whether a directory without index.html is answered by a list of its files
/// @param connections     how many are open at most; further ones wait in the backlog
/// @param backlog         connections that may wait to be accepted
/// @param headLength      the longest head of a request, 1024..32768
/// @param targetLength    the longest target of a request, at most half of `headLength`
/// @param fieldCount      the most header fields of a request
/// @param contentLength   the most content that is read off a request, to get at the next one
/// @param cacheBytes      memory for files that are held ready, at least 4 MiB
/// @param bufferBytes     memory for what is unfinished on all connections together, at least 4 MiB
/// @param idleNs          how long a connection may rest between two requests
/// @param headNs          how long a head may take to arrive
/// @param contentNs       how long content may stand still
/// @param writeNs         how long a response may stand still
/// @param lingerNs        how long a connection is read on after its last response, so that no RST overtakes it
/// @param graceNs         how long a server that is closed goes on with what it has begun
/// @param workNs          work added to each request, for measurements; 0 for none
public record HttpSettings(
        Path root,
        boolean listings,
        int connections,
        int backlog,
        int headLength,
        int targetLength,
        int fieldCount,
        long contentLength,
        long cacheBytes,
        long bufferBytes,
        long idleNs,
        long headNs,
        long contentNs,
        long writeNs,
        long lingerNs,
        long graceNs,
        long workNs) {
    private static final long LEAST_MEMORY = 4 << 20;

    public HttpSettings {
        require(connections > 0, "connections", connections);
        require(backlog > 0, "backlog", backlog);
        require(headLength >= 1024 && headLength <= 32_768, "headLength", headLength);
        require(targetLength > 0 && targetLength <= headLength / 2, "targetLength", targetLength);
        require(fieldCount > 0, "fieldCount", fieldCount);
        require(contentLength >= 0, "contentLength", contentLength);
        require(cacheBytes >= LEAST_MEMORY, "cacheBytes", cacheBytes);
        require(bufferBytes >= LEAST_MEMORY, "bufferBytes", bufferBytes);
        require(idleNs > 0, "idleNs", idleNs);
        require(headNs > 0, "headNs", headNs);
        require(contentNs > 0, "contentNs", contentNs);
        require(writeNs > 0, "writeNs", writeNs);
        require(lingerNs > 0, "lingerNs", lingerNs);
        require(graceNs >= 0, "graceNs", graceNs);
        require(workNs >= 0, "workNs", workNs);
    }

    private static void require(boolean holds, String name, long value) {
        if (!holds) {
            throw new IllegalArgumentException(name + " " + value);
        }
    }

    /// The files of a directory, with everything else as it usually is.
    public static HttpSettings of(Path root) {
        // RFC 9112 §3: a request line of 8000 octets is one that everybody should take.
        return new HttpSettings(
                root,
                true,
                200_000,
                4096,
                32_768,
                8192,
                100,
                1 << 20,
                64 << 20,
                256 << 20,
                SECONDS.toNanos(75),
                SECONDS.toNanos(15),
                SECONDS.toNanos(15),
                SECONDS.toNanos(30),
                SECONDS.toNanos(5),
                SECONDS.toNanos(1),
                0);
    }

    /// The same with a bound on connections.
    public HttpSettings withConnections(int most) {
        return new HttpSettings(
                root,
                listings,
                most,
                backlog,
                headLength,
                targetLength,
                fieldCount,
                contentLength,
                cacheBytes,
                bufferBytes,
                idleNs,
                headNs,
                contentNs,
                writeNs,
                lingerNs,
                graceNs,
                workNs);
    }

    /// The same with or without lists of directories.
    public HttpSettings withListings(boolean shown) {
        return new HttpSettings(
                root,
                shown,
                connections,
                backlog,
                headLength,
                targetLength,
                fieldCount,
                contentLength,
                cacheBytes,
                bufferBytes,
                idleNs,
                headNs,
                contentNs,
                writeNs,
                lingerNs,
                graceNs,
                workNs);
    }

    /// The same with work added to each request.
    public HttpSettings withWorkNs(long addedNs) {
        return new HttpSettings(
                root,
                listings,
                connections,
                backlog,
                headLength,
                targetLength,
                fieldCount,
                contentLength,
                cacheBytes,
                bufferBytes,
                idleNs,
                headNs,
                contentNs,
                writeNs,
                lingerNs,
                graceNs,
                addedNs);
    }

    /// The same with other times for a connection that rests and for a head that arrives.
    public HttpSettings withPatience(long restNs, long arrivalNs) {
        return new HttpSettings(
                root,
                listings,
                connections,
                backlog,
                headLength,
                targetLength,
                fieldCount,
                contentLength,
                cacheBytes,
                bufferBytes,
                restNs,
                arrivalNs,
                contentNs,
                writeNs,
                lingerNs,
                graceNs,
                workNs);
    }
}
