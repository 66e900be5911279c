package netkeep.trials.jvm;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Netty's server and client of HTTP, both on its NIO transport, in one group of event loops.
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the connection, which the other side tells
final class NettyHttp {
    private static final int MOST = 1 << 24;

    private NettyHttp() {}

    /// @param arguments our address, port, a file to serve, the URL of the same file
    public static void main(String[] arguments) throws Exception {
        byte[] content = Files.readAllBytes(Path.of(arguments[2]));
        EventLoopGroup loops = new NioEventLoopGroup(2);
        int near = port(serve(loops, "127.0.0.1", 0, content));
        for (URI from : new URI[] {URI.create(arguments[3]), URI.create("http://127.0.0.1:" + near + "/")}) {
            if (!Arrays.equals(content, get(loops, from).get(20, TimeUnit.SECONDS))) {
                throw new AssertionError("octets from " + from);
            }
        }
        serve(loops, arguments[0], Integer.parseInt(arguments[1]), content);
        System.out.println("serves");
    }

    private static int port(Channel channel) {
        return ((java.net.InetSocketAddress) channel.localAddress()).getPort();
    }

    private static Channel serve(EventLoopGroup loops, String address, int port, byte[] content) throws Exception {
        return new ServerBootstrap()
                .group(loops)
                .channel(NioServerSocketChannel.class)
                .option(ChannelOption.SO_BACKLOG, 512)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpServerCodec(), new HttpObjectAggregator(MOST), answer(content));
                    }
                })
                .bind(address, port)
                .sync()
                .channel();
    }

    private static SimpleChannelInboundHandler<FullHttpRequest> answer(byte[] content) {
        return new SimpleChannelInboundHandler<>() {
            @Override
            protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
                DefaultFullHttpResponse response = new DefaultFullHttpResponse(
                        HttpVersion.HTTP_1_1, HttpResponseStatus.OK, Unpooled.wrappedBuffer(content));
                response.headers().set(HttpHeaderNames.CONTENT_LENGTH, content.length);
                context.writeAndFlush(response);
            }
        };
    }

    private static CompletableFuture<byte[]> get(EventLoopGroup loops, URI from) {
        CompletableFuture<byte[]> got = new CompletableFuture<>();
        new Bootstrap()
                .group(loops)
                .channel(NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, 5_000)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        channel.pipeline()
                                .addLast(new HttpClientCodec(), new HttpObjectAggregator(MOST), ask(from, got));
                    }
                })
                .connect(from.getHost(), from.getPort());
        return got;
    }

    private static SimpleChannelInboundHandler<FullHttpResponse> ask(URI from, CompletableFuture<byte[]> got) {
        return new SimpleChannelInboundHandler<>() {
            @Override
            public void channelActive(ChannelHandlerContext context) {
                DefaultFullHttpRequest request =
                        new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, from.getPath());
                request.headers().set(HttpHeaderNames.HOST, from.getHost());
                context.writeAndFlush(request);
            }

            @Override
            protected void channelRead0(ChannelHandlerContext context, FullHttpResponse response) {
                byte[] octets = new byte[response.content().readableBytes()];
                response.content().readBytes(octets);
                got.complete(octets);
                context.close();
            }

            @Override
            public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
                got.completeExceptionally(failure);
            }
        };
    }
}
