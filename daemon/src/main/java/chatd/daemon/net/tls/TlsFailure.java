package chatd.daemon.net.tls;

import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a failed handshake is told in the log. */
public final class TlsFailure {
    private static final Pattern OPENSSL = Pattern.compile("(?s).*error:[0-9a-f]+:[^:]*:[^:]*:([A-Z0-9_]+).*");

    private TlsFailure() {}

    /** What went wrong, in words that quote nothing of what came. */
    public static String reason(Throwable cause) {
        for (Throwable e = cause; e != null; e = e.getCause()) {
            switch (e) {
                case Hello.NoDialect none -> {
                    return "no dialect of ours";
                }
                case NotSslRecordException plain -> {
                    return "what came is no TLS";
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
        }
        return cause.getClass().getSimpleName();
    }

    /** OpenSSL's own name of what went wrong; those of alerts begin with the version that they came with. */
    private static String words(String name) {
        String words = name.replaceFirst("^(TLSV1|SSLV3|TLSV13)_ALERT_", "the peer says ");
        return words.replace('_', ' ').toLowerCase(Locale.ROOT);
    }
}
