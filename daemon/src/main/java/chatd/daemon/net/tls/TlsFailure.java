package chatd.daemon.net.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.tls.TlsException;
import org.bouncycastle.tls.TlsFatalAlertReceived;

/** Describes a failed handshake for the log. */
public final class TlsFailure {
    private static final Pattern OPENSSL = Pattern.compile("(?s).*error:[0-9a-f]+:[^:]*:[^:]*:([A-Z0-9_]+).*");

    /** An alert as Bouncy Castle's exceptions begin with it. */
    private static final Pattern ALERT = Pattern.compile("(?s)(?:[\\w.]+: )?([a-z0-9_]+)\\(\\d+\\).*");

    private TlsFailure() {}

    /** Returns the reason of the failure; never quotes received data. */
    public static String reason(Throwable cause) {
        for (Throwable e = cause; e != null; e = e.getCause()) {
            switch (e) {
                case Hello.NoDialect none -> {
                    return "no common dialect";
                }
                case NotSslRecordException plain -> {
                    return "not TLS";
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
        for (Throwable e = cause; e != null; e = e.getCause()) {
            Matcher openssl = OPENSSL.matcher(String.valueOf(e.getMessage()));
            if (openssl.matches()) {
                return words(openssl.group(1));
            }
            Matcher alert = ALERT.matcher(String.valueOf(e.getMessage()));
            if (e instanceof TlsException && alert.matches()) {
                return (e instanceof TlsFatalAlertReceived ? "the peer says " : "")
                        + alert.group(1).replace('_', ' ');
            }
        }
        return cause.getClass().getSimpleName();
    }

    /** Converts an OpenSSL error name to words; the names of received alerts begin with the protocol version. */
    private static String words(String name) {
        String words = name.replaceFirst("^(TLSV1|SSLV3|TLSV13)_ALERT_", "the peer says ");
        return words.replace('_', ' ').toLowerCase(Locale.ROOT);
    }
}
