//! Secret keys, and the signature of a manifest.

use std::fmt;

use crate::edition::PublicKey;
use crate::error::{Error, Result};

/// A secret key of minisign.
#[derive(Clone)]
pub struct SecretKey(minisign::SecretKey);

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the key itself.
        f.debug_tuple("SecretKey").finish_non_exhaustive()
    }
}

impl SecretKey {
    /// Reads the file of a secret key, as `minisign -G` or [`new_key`] wrote it. `password` is called for an encrypted key;
    /// decrypting takes about a second, and 32 MiB of memory for the keys of minisign.
    ///
    /// # Errors
    /// [`Error::InvalidInput`] if it is not a secret key, or if the password is wrong; the error of `password`.
    pub fn parse(text: &str, password: impl FnOnce() -> Result<String>) -> Result<SecretKey> {
        let rule = || Error::invalid("key", "must be the file of a secret key of minisign");
        let file = || minisign::SecretKeyBox::from_string(text).map_err(|_| rule());
        let line = text.lines().nth(1).unwrap_or_default();
        // “Ed”, then two zero bytes for an unencrypted key, or “Sc” for one encrypted by scrypt.
        if line.starts_with("RWQAAE") {
            return file()?.into_unencrypted_secret_key().map(SecretKey).map_err(|_| rule());
        }
        if !line.starts_with("RWRTY0") {
            return Err(rule());
        }
        // Without a password the library would ask for it on the terminal.
        let password = password()?;
        let key = file()?.into_secret_key(Some(password));
        key.map(SecretKey).map_err(|_| Error::invalid("password", "must be the password of the key"))
    }

    /// The public key.
    ///
    /// # Errors
    /// [`Error::Internal`] for a key without its public half, which [`SecretKey::parse`] does not return.
    pub fn public_key(&self) -> Result<PublicKey> {
        let key = minisign::PublicKey::from_secret_key(&self.0).map_err(Error::internal)?;
        PublicKey::parse(&key.to_base64())
    }

    /// The signature of a manifest. The trusted comment is signed with it, and is for people only.
    pub(super) fn sign(&self, manifest: &[u8], trusted_comment: &str) -> Result<String> {
        let comment = "signature from jalon";
        let signature = minisign::sign(None, &self.0, manifest, Some(trusted_comment), Some(comment));
        Ok(signature.map_err(Error::internal)?.into_string())
    }
}

/// Makes a key, and returns the texts of the two files: the secret key, encrypted if there is a `password`, and the public
/// key. Both are files of minisign.
///
/// # Errors
/// [`Error::InvalidInput`] for an empty password; [`Error::Internal`] if the system has no random numbers.
pub fn new_key(password: Option<String>) -> Result<(String, String)> {
    if password.as_deref().is_some_and(str::is_empty) {
        return Err(Error::invalid("password", "must not be empty"));
    }
    let pair = match password {
        Some(password) => minisign::KeyPair::generate_encrypted_keypair(Some(password)),
        None => minisign::KeyPair::generate_unencrypted_keypair(),
    };
    let pair = pair.map_err(Error::internal)?;
    let secret = pair.sk.to_box(Some("secret key of an edition")).map_err(Error::internal)?;
    let public = pair.pk.to_box().map_err(Error::internal)?;
    Ok((secret.into_string(), public.into_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edition::verify;

    fn no_password() -> Result<String> {
        Err(Error::invalid("password", "must not be asked for"))
    }

    fn key() -> SecretKey {
        SecretKey::parse(&new_key(None).unwrap().0, no_password).unwrap()
    }

    #[test]
    fn verify_accepts_the_signature_and_names_each_defect() {
        let (own, other) = (key(), key());
        let keys = [other.public_key().unwrap(), own.public_key().unwrap()];
        let signature = own.sign(b"manifest", "edition 1").unwrap();
        assert_eq!(verify(b"manifest", signature.as_bytes(), &keys), Ok(1));
        let error = |manifest: &[u8], signature: &str, keys: &[PublicKey]| {
            verify(manifest, signature.as_bytes(), keys).unwrap_err().to_string()
        };
        assert!(error(b"manifest", " \n", &keys).ends_with("the edition has no signature"));
        assert!(error(b"manifest", "<html>", &keys).ends_with("is not a signature of minisign"));
        assert!(error(b"manifesto", &signature, &keys).ends_with("has changed since it was signed"));
        let forged = signature.replace("edition 1", "edition 2");
        assert!(error(b"manifest", &forged, &keys).ends_with("has changed since it was signed"));
        let unknown = error(b"manifest", &signature, &keys[..1]);
        assert!(unknown.ends_with(&format!("signed by another key: {}", keys[1].id())), "{unknown}");
        for (index, _) in signature.char_indices() {
            let _ = verify(b"manifest", &signature.as_bytes()[..index], &keys);
        }
    }

    #[test]
    fn public_key_is_read_with_and_without_its_comment() {
        let (secret, public) = new_key(None).unwrap();
        let key = PublicKey::parse(&public).unwrap();
        assert_eq!(PublicKey::parse(&key.to_text()), Ok(key.clone()));
        assert_eq!(SecretKey::parse(&secret, no_password).unwrap().public_key(), Ok(key.clone()));
        assert!(public.contains(&key.id()) && key.id().len() == 16, "{public}");
        for wrong in ["", "RW", &secret, &key.to_text()[1..], &format!("{public}{public}")] {
            assert!(PublicKey::parse(wrong).unwrap_err().to_string().starts_with("public_key: must be"), "{wrong}");
        }
    }

    #[test]
    fn encrypted_key_needs_its_password() {
        let (secret, public) = new_key(Some("col des vents".to_owned())).unwrap();
        let with = |password: &str| SecretKey::parse(&secret, || Ok(password.to_owned()));
        assert_eq!(with("col des vents").unwrap().public_key(), PublicKey::parse(&public));
        assert_eq!(with("wrong").unwrap_err().to_string(), "password: must be the password of the key");
        assert_eq!(format!("{:?}", with("col des vents").unwrap()), "SecretKey(..)");
        assert!(new_key(Some(String::new())).is_err());
    }
}
