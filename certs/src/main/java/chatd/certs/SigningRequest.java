package chatd.certs;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.util.List;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.crypto.params.AsymmetricKeyParameter;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.bouncycastle.crypto.params.RSAKeyParameters;
import org.bouncycastle.crypto.params.RSAPrivateCrtKeyParameters;
import org.bouncycastle.crypto.util.PrivateKeyFactory;
import org.bouncycastle.crypto.util.SubjectPublicKeyInfoFactory;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.PKCS10CertificationRequestBuilder;

/**
 * A request to an authority for a server's certificate (PKCS#10).
 *
 * @param key the private key that the request is for; not part of the request
 */
public record SigningRequest(String pem, PrivateKey key) {
    /**
     * Creates a request together with a new key.
     *
     * @param names host names and addresses; the first is also the subject
     * @throws IllegalArgumentException if one is neither
     */
    public static SigningRequest withNewKey(List<String> names, Authority.KeyKind kind, SecureRandom random) {
        try {
            return of(names, kind.generate(random).getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the key can't be made", e);
        }
    }

    /** Creates a request for an existing key: EC, RSA or Ed25519. */
    public static SigningRequest of(List<String> names, PrivateKey key) {
        try {
            ExtensionsGenerator extensions = new ExtensionsGenerator();
            extensions.addExtension(Extension.subjectAlternativeName, false, Authority.generalNames(names));
            PKCS10CertificationRequest request = new PKCS10CertificationRequestBuilder(
                            new X500NameBuilder(BCStyle.INSTANCE)
                                    .addRDN(BCStyle.CN, names.getFirst())
                                    .build(),
                            publicHalf(key))
                    .addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate())
                    .build(new JcaContentSignerBuilder(Authority.KeyKind.signature(key)).build(key));
            return new SigningRequest(Pem.of(request), key);
        } catch (IOException | OperatorCreationException e) {
            throw new IllegalStateException("the request can't be made", e);
        }
    }

    private static SubjectPublicKeyInfo publicHalf(PrivateKey key) throws IOException {
        AsymmetricKeyParameter mine = PrivateKeyFactory.createKey(key.getEncoded());
        return SubjectPublicKeyInfoFactory.createSubjectPublicKeyInfo(
                switch (mine) {
                    case ECPrivateKeyParameters ec ->
                        new ECPublicKeyParameters(
                                ec.getParameters().getG().multiply(ec.getD()).normalize(), ec.getParameters());
                    case RSAPrivateCrtKeyParameters rsa ->
                        new RSAKeyParameters(false, rsa.getModulus(), rsa.getPublicExponent());
                    case Ed25519PrivateKeyParameters edwards -> edwards.generatePublicKey();
                    default ->
                        throw new IllegalArgumentException("a key of this kind can't be used; use EC, RSA or Ed25519");
                });
    }
}
