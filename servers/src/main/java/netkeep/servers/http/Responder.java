package netkeep.servers.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Answers requests: lays responses down in the buffer that goes out, and begins transfers.
final class Responder {
    private static final byte[] CRLF = {'\r', '\n'};
    private static final byte[] CLOSE = Octets.of("Connection: close\r\n");
    private static final byte[] KEEP_ALIVE = Octets.of("Connection: keep-alive\r\n");
    private static final byte[] ALLOW = Octets.of("Allow: GET, HEAD, OPTIONS\r\n");
    private static final byte[] TYPE = Octets.of("Content-Type: ");
    private static final byte[] TEXT = Octets.of("Content-Type: text/plain\r\n");
    private static final byte[] LENGTH = Octets.of("Content-Length: ");
    private static final byte[] LOCATION = Octets.of("Location: ");
    private static final byte[] CONTENT_RANGE = Octets.of("Content-Range: bytes ");
    private static final byte[] NO_RANGE = Octets.of("Content-Range: bytes */");
    private static final byte[] MULTIPART = Octets.of("Content-Type: multipart/byteranges; boundary=");
    private static final byte[] CONTINUE = Octets.of("HTTP/1.1 100 Continue\r\n\r\n");

    private final Service service;
    private final ByteBuffer out;
    private final Ranges ranges = new Ranges();

    Responder(Service service) {
        this.service = service;
        this.out = service.out;
    }

    /// Answers a request whose head lies in `in`. There is room for the response: [Service#RESPONSE].
    ///
    /// @return content that has yet to be sent, or null if the response is whole
    @Nullable
    Transfer answer(ByteBuffer in, Request request, boolean persistent, long nowNs) throws IOException {
        if (service.workNs != 0) {
            spin(service.workNs);
        }
        return switch (request.method) {
            case GET, HEAD -> file(in, request, persistent, nowNs);
            case OPTIONS -> {
                options(request, persistent);
                yield null;
            }
            case CONNECT, REFUSED -> {
                refuse(Status.METHOD_NOT_ALLOWED, request, persistent);
                yield null;
            }
            case UNKNOWN -> {
                refuse(Status.NOT_IMPLEMENTED, request, persistent);
                yield null;
            }
        };
    }

    private void spin(long workNs) {
        long untilNs = service.time.nowNs() + workNs;
        while (service.time.nowNs() - untilNs < 0) {
            Thread.onSpinWait();
        }
    }

    private @Nullable Transfer file(ByteBuffer in, Request request, boolean persistent, long nowNs) throws IOException {
        Resource resource =
                service.tree.find(in, request.pathAt, request.pathEnd, request.pathHash, nowNs, service.nowSeconds);
        if (resource.status != Status.OK) {
            if (resource.status == Status.MOVED_PERMANENTLY) {
                moved(in, request, resource, persistent);
            } else {
                refuse(resource.status, request, persistent);
            }
            return null;
        }
        if (!request.conditional) {
            return whole(request, resource, persistent);
        }
        Status status = Conditions.check(in, request, resource, service.nowSeconds);
        return switch (status) {
            case NOT_MODIFIED -> {
                begin(status);
                out.put(resource.validators);
                end(request, persistent);
                yield null;
            }
            case OK -> ranged(in, request, resource, persistent);
            default -> {
                refuse(status, request, persistent);
                yield null;
            }
        };
    }

    private @Nullable Transfer whole(Request request, Resource resource, boolean persistent) {
        int start = out.position();
        boolean plain = persistent && request.minor >= 1;
        boolean fits = resource.inMemory() && resource.size <= Tree.IN_MEMORY;
        boolean head = request.method == Method.HEAD;
        if (plain) {
            out.put(resource.ready, 0, !head && fits ? resource.ready.length : resource.headLength + 2);
        } else {
            out.put(resource.ready, 0, resource.headLength);
            end(request, persistent);
            if (!head && fits) {
                out.put(resource.ready, resource.headLength + 2, (int) resource.size);
            }
        }
        out.put(start + Status.OK.begin.length, service.date);
        if (head || fits) {
            return null;
        }
        Transfer transfer = service.transfer();
        transfer.whole(resource);
        return transfer;
    }

    /// RFC 9110 §14.2: ranges are for GET; what is wrong with them makes the answer a whole one.
    private @Nullable Transfer ranged(ByteBuffer in, Request request, Resource resource, boolean persistent) {
        Lines line = request.range;
        if (request.method != Method.GET
                || line.count() != 1
                || resource.stamp == null
                || !Conditions.rangeHolds(in, request, resource, service.nowSeconds)) {
            return whole(request, resource, persistent);
        }
        int count = ranges.read(in, line.start(0), line.end(0), resource.size);
        if (count == Ranges.IGNORE) {
            return whole(request, resource, persistent);
        }
        if (count == 0) {
            unsatisfiable(request, resource, persistent);
            return null;
        }
        Transfer transfer = service.transfer();
        begin(Status.PARTIAL_CONTENT);
        if (count == 1) {
            transfer.part(resource, ranges);
            out.put(TYPE).put(resource.mediaType).put(CRLF).put(CONTENT_RANGE);
            transfer.range(out, 0);
            out.put(CRLF);
        } else {
            transfer.parts(resource, ranges, service.luck.nextLong());
            out.put(MULTIPART).put(transfer.boundary()).put(CRLF);
        }
        length(transfer.length());
        out.put(resource.validators);
        end(request, persistent);
        return transfer;
    }

    private void unsatisfiable(Request request, Resource resource, boolean persistent) {
        begin(Status.RANGE_NOT_SATISFIABLE);
        out.put(NO_RANGE);
        Octets.decimal(out, resource.size);
        out.put(CRLF).put(TEXT);
        length(Status.RANGE_NOT_SATISFIABLE.text.length);
        end(request, persistent);
        out.put(Status.RANGE_NOT_SATISFIABLE.text);
    }

    private void moved(ByteBuffer in, Request request, Resource resource, boolean persistent) {
        begin(Status.MOVED_PERMANENTLY);
        out.put(LOCATION).put(resource.location);
        int query = request.targetEnd - request.pathEnd;
        out.put(out.position(), in, request.pathEnd, query).position(out.position() + query);
        out.put(CRLF).put(TEXT);
        length(Status.MOVED_PERMANENTLY.text.length);
        end(request, persistent);
        if (request.method != Method.HEAD) {
            out.put(Status.MOVED_PERMANENTLY.text);
        }
    }

    private void options(Request request, boolean persistent) {
        begin(Status.NO_CONTENT);
        out.put(ALLOW);
        end(request, persistent);
    }

    /// Says that a request is refused.
    void refuse(Status status, Request request, boolean persistent) {
        begin(status);
        if (status == Status.METHOD_NOT_ALLOWED) {
            out.put(ALLOW);
        }
        out.put(TEXT);
        length(status.text.length);
        end(request, persistent);
        if (request.method != Method.HEAD) {
            out.put(status.text);
        }
    }

    /// RFC 9110 §10.1.1: asks for the content that a client holds back.
    void goOn() {
        out.put(CONTINUE);
    }

    private void begin(Status status) {
        out.put(status.begin).put(service.date).put(CRLF);
    }

    private void length(long length) {
        out.put(LENGTH);
        Octets.decimal(out, length);
        out.put(CRLF);
    }

    /// Ends a head. RFC 9112 §9.3: in 1.1 it need not be said that the connection stays, in 1.0 it must.
    private void end(Request request, boolean persistent) {
        if (!persistent) {
            out.put(CLOSE);
        } else if (request.minor == 0) {
            out.put(KEEP_ALIVE);
        }
        out.put(CRLF);
    }
}
