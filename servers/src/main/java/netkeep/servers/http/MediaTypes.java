package netkeep.servers.http;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/// What a file is, by the end of its name.
final class MediaTypes {
    private static final String TABLE = """
            text/html                      html htm shtml
            text/css                       css
            text/plain                     txt log conf md
            text/csv                       csv
            text/calendar                  ics
            text/javascript                js mjs
            text/xml                       xml
            application/json               json map
            application/ld+json            jsonld
            application/manifest+json      webmanifest
            application/xhtml+xml          xhtml
            application/rss+xml            rss
            application/atom+xml           atom
            application/wasm               wasm
            application/pdf                pdf
            application/rtf                rtf
            application/epub+zip           epub
            application/zip                zip
            application/gzip               gz tgz
            application/x-bzip2            bz2
            application/x-xz               xz
            application/zstd               zst
            application/x-7z-compressed    7z
            application/x-tar              tar
            application/java-archive       jar war
            application/vnd.tcpdump.pcap   pcap pcapng
            image/avif                     avif
            image/bmp                      bmp
            image/gif                      gif
            image/jpeg                     jpg jpeg
            image/png                      png apng
            image/svg+xml                  svg svgz
            image/tiff                     tif tiff
            image/webp                     webp
            image/vnd.microsoft.icon       ico
            audio/aac                      aac
            audio/flac                     flac
            audio/midi                     mid midi
            audio/mpeg                     mp3
            audio/mp4                      m4a
            audio/ogg                      ogg oga opus
            audio/wav                      wav
            audio/webm                     weba
            video/mp2t                     ts
            video/mp4                      mp4 m4v
            video/mpeg                     mpeg mpg
            video/ogg                      ogv
            video/quicktime                mov
            video/webm                     webm
            video/x-msvideo                avi
            font/otf                       otf
            font/ttf                       ttf
            font/woff                      woff
            font/woff2                     woff2
            """;

    private static final String UNKNOWN = "application/octet-stream";
    private static final Map<String, String> TYPES = types();

    private MediaTypes() {}

    static String of(String fileName) {
        int dot = fileName.lastIndexOf('.');
        return dot < 0
                ? UNKNOWN
                : TYPES.getOrDefault(fileName.substring(dot + 1).toLowerCase(Locale.ROOT), UNKNOWN);
    }

    private static Map<String, String> types() {
        Map<String, String> types = new HashMap<>();
        TABLE.lines().forEach(line -> {
            String[] words = line.split(" +", -1);
            for (int i = 1; i < words.length; i++) {
                types.put(words[i], words[0]);
            }
        });
        return types;
    }
}
