/// A server of files over HTTP/1.1, RFC 9110 and RFC 9112.
///
/// What holds everywhere in this package:
///
/// 1. A request is parsed in place, in the octets as they arrived, and answered in the same pass. Nothing is
///    allocated for a request whose file is in the cache.
/// 2. Buffers are little-endian, so that eight octets are compared as one word. An offset into a buffer is called
///    `at`.
/// 3. A connection at rest holds no buffer. What is unfinished when a pass ends is kept in its [Work].
/// 4. What cannot be understood in exactly one way is refused, and the connection with it: whoever stands before us
///    may have understood it in the other way.
@NullMarked
package netkeep.servers.http;

import org.jspecify.annotations.NullMarked;
