package chatd.admin.user;

import chatd.admin.api.AdminLink;
import chatd.admin.api.SystemCalls;
import chatd.admin.terminal.CommandFailure;
import chatd.admin.terminal.Exit;
import com.google.zxing.BarcodeFormat;
import com.google.zxing.EncodeHintType;
import com.google.zxing.WriterException;
import com.google.zxing.common.BitMatrix;
import com.google.zxing.qrcode.QRCodeWriter;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A page to print: a slip for each user, with the address of the server, the name, and a one-time password. */
final class Slips implements PasswordsFile.Form {
    private static final int HTTPS = 443;
    private static final int DEFAULT_PORT = 7443;
    private static final int LAST_PORT = 65_535;

    /** A name or an address by which a machine can reach only itself. */
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\..*|::1|0:0:0:0:0:0:0:1");

    /** Matches hosts that clients can use: neither a wildcard nor a name with an underscore. */
    private static final Pattern HOST = Pattern.compile("[0-9A-Za-z.:-]+");

    private static final String HEAD = """
            <!DOCTYPE html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="referrer" content="no-referrer">
            <title>Slips</title>
            <style>
            @page { margin: 10mm; }
            body { margin: 0; font: 11pt/1.35 system-ui, sans-serif; color: #000; background: #fff; }
            main { display: grid; grid-template-columns: 1fr 1fr; }
            section { display: grid; grid-template-columns: 1fr 26mm; column-gap: 4mm; align-items: center;
              padding: 5mm; border: 1px dashed #888; margin: -1px 0 0 -1px; break-inside: avoid; }
            h2 { margin: 0 0 2mm; font-size: 13pt; overflow-wrap: anywhere; }
            dl { margin: 0; display: grid; grid-template-columns: auto 1fr; column-gap: 3mm; }
            dt { color: #444; }
            dd { margin: 0; overflow-wrap: anywhere; }
            .address { font-size: 9pt; align-self: center; }
            code { font: 600 12pt ui-monospace, monospace; }
            p { grid-column: 1 / 3; margin: 2mm 0 0; font-size: 9pt; color: #444; }
            svg.code { width: 26mm; height: 26mm; }
            </style>
            """;

    private final URI url;

    /**
     * @param address a host, or a host and a port, as it is given to clients
     * @throws CommandFailure if it is neither
     */
    Slips(String address) {
        try {
            boolean isBare = address.indexOf(':') != address.lastIndexOf(':') && !address.startsWith("[");
            URI typed = new URI("https://" + (isBare ? "[" + address + "]" : address));
            if (typed.getHost() == null
                    || !typed.getRawAuthority()
                            .equals(typed.getRawSchemeSpecificPart().substring(2))
                    || typed.getUserInfo() != null
                    || typed.getPort() == 0
                    || typed.getPort() > LAST_PORT) {
                throw new URISyntaxException(address, "no host");
            }
            int port = typed.getPort() < 0 ? DEFAULT_PORT : typed.getPort();
            this.url = new URI("https", null, typed.getHost(), port == HTTPS ? -1 : port, "/", null, null);
        } catch (URISyntaxException e) {
            throw new CommandFailure(
                    Exit.USAGE,
                    "--address must be a host, or a host and a port, as in chat.example.org:7443; not " + address
                            + ".");
        }
    }

    /**
     * Returns slips with the address at which the daemon can be reached: the first name in its certificate that is not
     * a loopback one, and the port on which it listens.
     *
     * @throws CommandFailure if there is none
     */
    static Slips of(AdminLink daemon) {
        int port = daemon.call(SystemCalls.STATS).identity().listening().stream()
                .findFirst()
                .map(SystemCalls.Listening::port)
                .orElse(DEFAULT_PORT);
        return new Slips(address(daemon.call(SystemCalls.CERTIFICATE).names(), port));
    }

    /**
     * Returns an address made from one of a certificate's names.
     *
     * @throws CommandFailure if none can be used from elsewhere
     */
    static String address(List<String> names, int port) {
        return names.stream()
                .filter(name ->
                        !LOOPBACK.matcher(name).matches() && HOST.matcher(name).matches())
                .findFirst()
                .map(name -> (name.contains(":") ? "[" + name + "]" : name) + ":" + port)
                .orElseThrow(
                        () -> new CommandFailure(
                                Exit.FAILED,
                                "The certificate names no host that other machines can use: give the address that people use with --address HOST:PORT."));
    }

    URI url() {
        return url;
    }

    @Override
    public void write(Map<String, String> passwords, Appendable to) throws IOException {
        to.append(HEAD);
        to.append("<svg width=\"0\" height=\"0\" aria-hidden=\"true\"><symbol id=\"code\" viewBox=\"")
                .append(code())
                .append("\"/></symbol></svg>\n<main>\n");
        for (Map.Entry<String, String> each : passwords.entrySet()) {
            String name = escaped(each.getKey());
            to.append("""
                    <section>
                    <div>
                    <h2>%s</h2>
                    <dl><dt>Address</dt><dd class="address">%s</dd><dt>Name</dt><dd><code>%s</code></dd><dt>Password</dt><dd><code>%s</code></dd></dl>
                    </div>
                    <svg class="code" role="img" aria-label="QR code of the address"><use href="#code"/></svg>
                    <p>This password works for one login, at which you choose your own. Do not share it.</p>
                    </section>
                    """.formatted(
                            name, escaped(url.toString().replaceFirst("/$", "")), name, escaped(each.getValue())));
        }
        to.append("</main>\n</html>\n");
    }

    /** Returns the QR code of the address as part of an SVG: its view box, and its modules as a path. */
    private String code() {
        try {
            BitMatrix bits = new QRCodeWriter()
                    .encode(url.toString(), BarcodeFormat.QR_CODE, 0, 0, Map.of(EncodeHintType.MARGIN, 2));
            StringBuilder path = new StringBuilder("0 0 " + bits.getWidth() + " " + bits.getHeight() + "\"><path d=\"");
            for (int y = 0; y < bits.getHeight(); y++) {
                for (int x = 0; x < bits.getWidth(); x++) {
                    if (bits.get(x, y)) {
                        path.append('M').append(x).append(' ').append(y).append("h1v1h-1z");
                    }
                }
            }
            return path.toString();
        } catch (WriterException e) {
            throw new CommandFailure(Exit.USAGE, "The address is too long for a QR code: " + url + ".");
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
