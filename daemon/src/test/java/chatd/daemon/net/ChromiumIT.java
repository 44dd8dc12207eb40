package chatd.daemon.net;

import static org.assertj.core.api.Assertions.assertThat;

import chatd.certs.Authority;
import chatd.daemon.config.Config;
import chatd.daemon.net.tls.Tls;
import chatd.fixtures.TestTimeout;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** A browser that supports the hybrid key exchange negotiates it. Skipped if Chromium is not installed. */
@EnabledIf("hasChromium")
@Tag("processes")
class ChromiumIT {
    @TempDir
    private Path directory;

    static boolean hasChromium() {
        return Files.isExecutable(Path.of("/usr/bin/chromium"));
    }

    private static final class Answer extends ChannelInboundHandlerAdapter {
        @Override
        @SuppressWarnings("FutureReturnValueIgnored")
        public void channelRead(ChannelHandlerContext context, Object message) {
            io.netty.util.ReferenceCountUtil.release(message);
            context.writeAndFlush(Unpooled.copiedBuffer(
                            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
                            StandardCharsets.US_ASCII))
                    .addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Test
    void chromiumNegotiatesTheHybridKeyExchange() throws Exception {
        Authority.writeDevelopmentFiles(directory, Authority.THIS_MACHINE, new SecureRandom(), Instant.now());
        Tls tls = new Tls(
                new Config.Tls(
                        directory.resolve("server.pem"),
                        directory.resolve("server.key"),
                        Optional.empty(),
                        Optional.empty(),
                        false,
                        "auto"),
                List.of("http/1.1"));
        EventLoopGroup loops = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try {
            Channel server = new ServerBootstrap()
                    .group(loops)
                    .channel(NioServerSocketChannel.class)
                    .childHandler(new ChannelInitializer<SocketChannel>() {
                        @Override
                        protected void initChannel(SocketChannel channel) {
                            channel.pipeline().addLast(tls.handler(channel.alloc()), new Answer());
                        }
                    })
                    .bind("localhost", 0)
                    .sync()
                    .channel();
            int port = ((InetSocketAddress) server.localAddress()).getPort();
            assertThat(serverHello(port)).matches(".*0033....11ec.*");
        } finally {
            loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
        }
    }

    /** Returns the ServerHello recorded in Chromium's net log, in hexadecimal. */
    private String serverHello(int port) throws Exception {
        Path log = directory.resolve("net.json");
        Process chromium = new ProcessBuilder(
                        "/usr/bin/chromium",
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--ignore-certificate-errors",
                        "--user-data-dir=" + directory.resolve("profile"),
                        "--log-net-log=" + log,
                        "--net-log-capture-mode=Everything",
                        "--dump-dom",
                        "https://localhost:" + port + "/")
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
        assertThat(chromium.waitFor(TestTimeout.LONG)).isTrue();
        assertThat(directory.resolve("out")).content().contains("hello");
        return Pattern.compile("\"bytes\":\"(Ag[A-Za-z0-9+/=]+)\"")
                .matcher(Files.readString(log))
                .results()
                .map(match -> HexFormat.of().formatHex(Base64.getDecoder().decode(match.group(1))))
                .filter(hello -> hello.contains("0303"))
                .findFirst()
                .orElse("there is no ServerHello in the net log");
    }
}
