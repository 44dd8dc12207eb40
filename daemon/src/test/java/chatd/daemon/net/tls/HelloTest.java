package chatd.daemon.net.tls;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import org.junit.jupiter.api.Test;

class HelloTest {
    private static byte[] hello(String dialect) throws Exception {
        SSLEngine client = SSLContext.getDefault().createSSLEngine();
        client.setUseClientMode(true);
        SSLParameters parameters = client.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {dialect});
        client.setSSLParameters(parameters);
        ByteBuffer out = ByteBuffer.allocate(client.getSession().getPacketBufferSize());
        client.wrap(ByteBuffer.allocate(0), out);
        byte[] bytes = new byte[out.flip().remaining()];
        out.get(bytes);
        return bytes;
    }

    /** A client without a known dialect is refused and reported only once, even when its connection closes. */
    @Test
    @SuppressWarnings("FutureReturnValueIgnored")
    void anUnknownDialectIsRefusedOnce() throws Exception {
        List<Object> events = new ArrayList<>();
        EmbeddedChannel channel = new EmbeddedChannel(
                new Hello(
                        () -> {
                            throw new AssertionError("TLS was begun");
                        },
                        List.of("chat/1")),
                new ChannelInboundHandlerAdapter() {
                    @Override
                    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
                        events.add(event);
                        ctx.close();
                    }
                });
        channel.writeInbound(Unpooled.wrappedBuffer(hello("irc")));
        channel.finishAndReleaseAll();
        assertThat(events)
                .hasSize(1)
                .first()
                .isInstanceOfSatisfying(
                        SslHandshakeCompletionEvent.class,
                        event -> assertThat(event.cause()).isInstanceOf(Hello.NoDialect.class));
    }
}
