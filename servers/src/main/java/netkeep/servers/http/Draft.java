package netkeep.servers.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.jspecify.annotations.Nullable;

/// What a [Resource] is made from.
final class Draft {
    private static final byte[] NOTHING = {};
    private static final byte[] CRLF = {'\r', '\n'};

    final Status status;
    long size;
    byte[] etag = NOTHING;
    long modifiedSeconds = HttpDate.NONE;
    String mediaType = "";
    byte[] location = NOTHING;
    byte[] content = NOTHING;

    @Nullable
    FileChannel file;

    Resource.@Nullable Stamp stamp;

    Draft(Status status) {
        this.status = status;
    }

    byte[] validators() {
        StringBuilder fields = new StringBuilder(128);
        if (modifiedSeconds != HttpDate.NONE) {
            byte[] date = new byte[HttpDate.LENGTH];
            HttpDate.write(modifiedSeconds, date, 0);
            fields.append("Last-Modified: ")
                    .append(new String(date, ISO_8859_1))
                    .append("\r\n");
        }
        if (etag.length > 0) {
            fields.append("ETag: ").append(new String(etag, ISO_8859_1)).append("\r\n");
        }
        return Octets.of(fields.toString());
    }

    byte[] head(byte[] validators) {
        if (status != Status.OK) {
            return NOTHING;
        }
        String fields = "\r\nContent-Type: " + mediaType + "\r\nContent-Length: " + size + "\r\n";
        String ranges = stamp == null ? "" : "Accept-Ranges: bytes\r\n";
        return join(status.begin, new byte[HttpDate.LENGTH], Octets.of(fields), validators, Octets.of(ranges));
    }

    byte[] ready(byte[] head) {
        return status == Status.OK ? join(head, CRLF, content) : NOTHING;
    }

    private static byte[] join(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (byte[] part : parts) {
            whole.put(part);
        }
        return whole.array();
    }
}
