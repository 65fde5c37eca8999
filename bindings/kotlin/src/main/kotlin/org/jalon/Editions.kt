package org.jalon

import java.io.File
import org.jalon.ffi.EditionCheck
import org.jalon.ffi.EditionKey
import org.jalon.ffi.JalonException

/**
 * Makes a key pair that signs editions, in the format of minisign. With a [password] the secret key is encrypted, which takes
 * about a second. Readers accept only editions that the key signed: keep it in a file that only its owner can read, and keep a
 * copy. The text of the record contains the secret key: do not log it.
 *
 * @throws JalonException.InvalidInput if [password] is empty, or the library was built without the feature `edition-build`.
 */
public suspend fun newEditionKey(password: String? = null): EditionKey {
    LibraryThreads
    return org.jalon.ffi.newEditionKey(password)
}

/**
 * Checks an edition: its signature, the SHA-256 of every file, every object, every picture that an object names. The signature
 * is verified if there are [publicKeys]. What is wrong with the edition is in the result.
 *
 * @throws JalonException.InvalidInput for a public key that is none, or if the library was built without the feature `edition`.
 */
public suspend fun verifyEdition(directory: File, publicKeys: List<String> = emptyList()): EditionCheck {
    LibraryThreads
    return org.jalon.ffi.verifyEdition(directory.absolutePath, publicKeys)
}
