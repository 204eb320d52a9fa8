"""The fixed values of some settings, and the settings that each value requires."""

DEVELOPMENT, PRODUCTION = "development", "production"
SOFTWARE, PKCS11, AWS_KMS = "software", "pkcs11", "aws_kms"
# The settings that each kind of seal key requires, and those it may have.
SEAL_NEEDS = {
    SOFTWARE: (),
    PKCS11: ("ZEGEL_PKCS11_LIBRARY", "ZEGEL_PKCS11_TOKEN", "ZEGEL_PKCS11_KEY", "ZEGEL_PKCS11_PIN"),
    AWS_KMS: ("ZEGEL_KMS_KEY", "ZEGEL_KMS_REGION"),
}
SEAL_MAY_HAVE = {
    SOFTWARE: ("ZEGEL_SEAL_KEYSTORE", "ZEGEL_SEAL_KEYSTORE_PASSPHRASE", "ZEGEL_SEAL_ROOT"),
    PKCS11: (),
    AWS_KMS: ("ZEGEL_KMS_ENDPOINT_URL",),
}
