package netkeep.servers.http;

import static netkeep.servers.http.Bounds.require;

/// How much of everything an [HttpServer] takes. Checked once, here.
///
/// @param connections   how many are open at most; further ones wait in the backlog
/// @param backlog       connections that may wait to be accepted
/// @param headLength    the longest head of a request, 1024..32768
/// @param targetLength  the longest target of a request, at most half of `headLength`
/// @param fieldCount    the most header fields of a request
/// @param contentLength the most content that is read off a request, to get at the next one
/// @param cacheBytes    memory for files that are held ready, at least 4 MiB
/// @param bufferBytes   memory for what is unfinished on all connections together, at least 1 MiB
public record HttpLimits(
        int connections,
        int backlog,
        int headLength,
        int targetLength,
        int fieldCount,
        long contentLength,
        long cacheBytes,
        long bufferBytes) {
    // RFC 9112 §3: a request line of 8000 octets is one that everybody should take.
    public static final HttpLimits DEFAULT =
            new HttpLimits(200_000, 4096, 32_768, 8192, 100, 1 << 20, 64 << 20, 256 << 20);

    private static final long LEAST_CACHE = 4 << 20;
    private static final long LEAST_BUFFERS = 1 << 20;

    public HttpLimits {
        require(connections > 0, "connections", connections);
        require(backlog > 0, "backlog", backlog);
        require(headLength >= 1024 && headLength <= 32_768, "headLength", headLength);
        require(targetLength > 0 && targetLength <= headLength / 2, "targetLength", targetLength);
        require(fieldCount > 0, "fieldCount", fieldCount);
        require(contentLength >= 0, "contentLength", contentLength);
        require(cacheBytes >= LEAST_CACHE, "cacheBytes", cacheBytes);
        require(bufferBytes >= LEAST_BUFFERS, "bufferBytes", bufferBytes);
    }

    /// The same with another bound on connections.
    public HttpLimits withConnections(int most) {
        return new HttpLimits(
                most, backlog, headLength, targetLength, fieldCount, contentLength, cacheBytes, bufferBytes);
    }

    /// The same with other memory for what is unfinished.
    public HttpLimits withBufferBytes(long bytes) {
        return new HttpLimits(
                connections, backlog, headLength, targetLength, fieldCount, contentLength, cacheBytes, bytes);
    }
}
