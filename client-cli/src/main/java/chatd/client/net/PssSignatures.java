package chatd.client.net;

import java.security.Provider;
import java.util.List;

/**
 * RSA-PSS under the names that Bouncy Castle's TLS looks for, which the JDK has not. Its whole provider would do too,
 * and takes a tenth of a second to list all that it knows.
 */
final class PssSignatures extends Provider {
    private static final long serialVersionUID = 1L;
    private static final String SPI = "org.bouncycastle.jcajce.provider.asymmetric.rsa.";

    PssSignatures() {
        super("chatd", "1", "RSA-PSS under Bouncy Castle's names");
        for (String digest : List.of("SHA256", "SHA384", "SHA512")) {
            put("Signature." + digest + "WITHRSAANDMGF1", SPI + "PSSSignatureSpi$" + digest + "withRSA");
        }
        put("AlgorithmParameters.PSS", SPI + "AlgorithmParametersSpi$PSS");
    }
}
