package chatd.client.net;

import java.security.AlgorithmParameters;
import java.security.InvalidAlgorithmParameterException;
import java.security.InvalidKeyException;
import java.security.InvalidParameterException;
import java.security.NoSuchAlgorithmException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.SignatureSpi;
import java.security.spec.AlgorithmParameterSpec;
import java.util.List;

/**
 * The JDK's RSA-PSS under the names that Bouncy Castle's TLS looks for. Bouncy Castle's own would also do, but loading
 * its whole provider would take up a quarter of the start-up time.
 */
final class PssSignatures extends Provider {
    private static final long serialVersionUID = 1L;

    PssSignatures() {
        super("chatd", "1", "RSA-PSS under Bouncy Castle's names");
        for (String digest : List.of("SHA256", "SHA384", "SHA512")) {
            putService(new Service(this, "Signature", digest + "WITHRSAANDMGF1", Pss.class.getName(), null, null) {
                @Override
                public Object newInstance(Object parameter) throws NoSuchAlgorithmException {
                    return new Pss();
                }
            });
        }
        put("AlgorithmParameters.PSS", "org.bouncycastle.jcajce.provider.asymmetric.rsa.AlgorithmParametersSpi$PSS");
    }

    /** Gets digest and salt length as parameters before it signs or verifies. */
    private static final class Pss extends SignatureSpi {
        private final Signature jdk = Signature.getInstance("RSASSA-PSS");

        Pss() throws NoSuchAlgorithmException {}

        @Override
        protected void engineSetParameter(AlgorithmParameterSpec parameters) throws InvalidAlgorithmParameterException {
            jdk.setParameter(parameters);
        }

        @Override
        protected AlgorithmParameters engineGetParameters() {
            return jdk.getParameters();
        }

        @Override
        protected void engineInitVerify(PublicKey key) throws InvalidKeyException {
            jdk.initVerify(key);
        }

        @Override
        protected void engineInitSign(PrivateKey key) throws InvalidKeyException {
            jdk.initSign(key);
        }

        @Override
        protected void engineUpdate(byte one) throws SignatureException {
            jdk.update(one);
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) throws SignatureException {
            jdk.update(bytes, offset, length);
        }

        @Override
        protected byte[] engineSign() throws SignatureException {
            return jdk.sign();
        }

        @Override
        protected boolean engineVerify(byte[] signature) throws SignatureException {
            return jdk.verify(signature);
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new InvalidParameterException("no parameter by name: " + name);
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new InvalidParameterException("no parameter by name: " + name);
        }
    }
}
