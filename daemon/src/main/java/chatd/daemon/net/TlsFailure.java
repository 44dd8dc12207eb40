package chatd.daemon.net;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import org.bouncycastle.tls.AlertDescription;
import org.bouncycastle.tls.TlsFatalAlert;
import org.bouncycastle.tls.TlsFatalAlertReceived;

/** How a failed handshake is told in the log. */
final class TlsFailure {
    private TlsFailure() {}

    /** What went wrong, in words that quote nothing of what came. */
    static String reason(Throwable cause) {
        for (Throwable e = cause; e != null; e = e.getCause()) {
            switch (e) {
                case NotSslRecordException plain -> {
                    return "what came is no TLS";
                }
                case TlsFatalAlert alert -> {
                    return AlertDescription.getText(alert.getAlertDescription());
                }
                case TlsFatalAlertReceived alert -> {
                    return "the peer says " + AlertDescription.getText(alert.getAlertDescription());
                }
                case SslHandshakeTimeoutException late -> {
                    return "timeout";
                }
                case ClosedChannelException gone -> {
                    return "the peer went away";
                }
                default -> {}
            }
        }
        return cause.getClass().getSimpleName();
    }
}
