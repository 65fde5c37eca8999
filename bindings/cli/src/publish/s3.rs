//! S3-compatible storage, by the crate `object_store`. A put is atomic, and the manifest is put under the condition that it
//! still has the ETag with which it was read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};
use jalon::edition::EditionFile;
use object_store::aws::AmazonS3;
use object_store::path::Path as ObjectPath;
use object_store::{
    Attribute, Attributes, Error as StoreError, ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions,
    PutPayload, UpdateVersion, WriteMultipart,
};
use tokio::runtime::Runtime;

use super::s3_client::{self, store_error};
use super::{FOLDERS, Replaced, Stored, Target, TargetOptions, cache_control, media_type};
use crate::error::{CliError, Result};

/// Files that are sent at the same time.
const CONCURRENT_PUTS: usize = 8;
/// A longer file is sent in parts of this length, so that the memory holds only some of them.
const PART_BYTES: usize = 8 << 20;
/// Parts of one file that are sent at the same time.
const CONCURRENT_PARTS: usize = 2;

/// A bucket, and the prefix of the edition in it.
pub(super) struct Bucket {
    store: AmazonS3,
    prefix: ObjectPath,
    runtime: Runtime,
}

impl Bucket {
    /// Opens `bucket/prefix`. Nothing is requested yet.
    pub(super) fn open(address: &str, options: &TargetOptions<'_>) -> Result<Bucket> {
        let (bucket, prefix) = address.split_once('/').unwrap_or((address, ""));
        let rule = || CliError::invalid("to", "must be s3://bucket/prefix");
        if bucket.is_empty() {
            return Err(rule());
        }
        let prefix = ObjectPath::parse(prefix.trim_matches('/')).map_err(|_| rule())?;
        let store = s3_client::open(bucket, options)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(jalon::Error::from)?;
        Ok(Bucket { store, prefix, runtime })
    }

    fn object(&self, path: &str) -> ObjectPath {
        path.split('/').fold(self.prefix.clone(), |parent, name| parent.join(name))
    }

    async fn put_file(&self, source: &Path, file: &EditionFile, on_sent: &dyn Fn(u64)) -> Result<()> {
        let (object, attributes) = (self.object(&file.path), attributes(&file.path));
        let mut from = File::open(source.join(&file.path)).map_err(jalon::Error::from)?;
        if file.bytes <= PART_BYTES as u64 {
            let mut content = Vec::new();
            from.read_to_end(&mut content).map_err(jalon::Error::from)?;
            let options = PutOptions { attributes, ..PutOptions::default() };
            self.store
                .put_opts(&object, content.into(), options)
                .await
                .map_err(|error| store_error(&file.path, &error))?;
            on_sent(file.bytes);
            return Ok(());
        }
        let options = PutMultipartOptions { attributes, ..PutMultipartOptions::default() };
        let upload = self.store.put_multipart_opts(&object, options).await;
        let upload = upload.map_err(|error| store_error(&file.path, &error))?;
        let mut upload = WriteMultipart::new_with_chunk_size(upload, PART_BYTES);
        let sent: Result<()> = async {
            loop {
                upload.wait_for_capacity(CONCURRENT_PARTS).await.map_err(|error| store_error(&file.path, &error))?;
                let mut part = Vec::new();
                (&mut from).take(PART_BYTES as u64).read_to_end(&mut part).map_err(jalon::Error::from)?;
                if part.is_empty() {
                    return Ok(());
                }
                let bytes = part.len() as u64;
                upload.put(part.into());
                on_sent(bytes);
            }
        }
        .await;
        match sent {
            Ok(()) => upload.finish().await.map(drop).map_err(|error| store_error(&file.path, &error)),
            Err(error) => {
                // Parts that stay cost money; the error that matters is the first one.
                let _ = upload.abort().await;
                Err(error)
            }
        }
    }

    async fn read(&self, path: &str, max_bytes: u64) -> Result<Option<Stored>> {
        let found = match self.store.get(&self.object(path)).await {
            Ok(found) => found,
            Err(StoreError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(store_error(path, &error)),
        };
        if found.meta.size > max_bytes {
            return Err(CliError::invalid("to", format!("must not have a {path} of more than {max_bytes} bytes")));
        }
        let (tag, version) = (found.meta.e_tag.clone(), found.meta.version.clone());
        let content = found.bytes().await.map_err(|error| store_error(path, &error))?;
        Ok(Some(Stored { content: content.to_vec(), tag, version }))
    }

    async fn put_short(&self, path: &str, content: &[u8], mode: PutMode) -> Result<(), StoreError> {
        let options = PutOptions { mode, attributes: attributes(path), ..PutOptions::default() };
        let payload = PutPayload::from(content.to_vec());
        self.store.put_opts(&self.object(path), payload, options).await.map(drop)
    }
}

impl Target for Bucket {
    fn list(&self) -> Result<BTreeMap<String, u64>> {
        self.runtime.block_on(async {
            let mut files = BTreeMap::new();
            for folder in FOLDERS {
                let place = self.object(folder);
                let mut objects = self.store.list(Some(&place));
                while let Some(object) = objects.try_next().await.map_err(|error| store_error(folder, &error))? {
                    if let Some(name) = object.location.filename()
                        && object.location == place.clone().join(name)
                    {
                        files.insert(format!("{folder}/{name}"), object.size);
                    }
                }
            }
            Ok(files)
        })
    }

    fn get(&self, path: &str, max_bytes: u64) -> Result<Option<Stored>> {
        self.runtime.block_on(self.read(path, max_bytes))
    }

    fn put_files(&self, source: &Path, files: &[EditionFile], on_sent: &dyn Fn(u64)) -> Result<()> {
        self.runtime.block_on(async {
            let puts = stream::iter(files).map(|file| self.put_file(source, file, on_sent));
            puts.buffer_unordered(CONCURRENT_PUTS).try_collect::<()>().await
        })
    }

    fn put(&self, path: &str, content: &[u8]) -> Result<()> {
        let put = self.put_short(path, content, PutMode::Overwrite);
        self.runtime.block_on(put).map_err(|error| store_error(path, &error))
    }

    fn replace(&self, path: &str, content: &[u8], read: Option<&Stored>) -> Result<Replaced> {
        let mode = match read {
            None => PutMode::Create,
            Some(Stored { tag, version, .. }) => {
                PutMode::Update(UpdateVersion { e_tag: tag.clone(), version: version.clone() })
            }
        };
        self.runtime.block_on(async {
            let is_ours = |stored: Option<Stored>| stored.is_some_and(|stored| stored.content == content);
            match self.put_short(path, content, mode).await {
                Ok(()) => Ok(Replaced::Yes),
                Err(StoreError::Precondition { .. } | StoreError::AlreadyExists { .. }) => {
                    // The answer to a put that had succeeded can be lost; the second attempt then meets its own file.
                    let now = self.read(path, content.len() as u64 + 1).await;
                    Ok(if is_ours(now.ok().flatten()) { Replaced::Yes } else { Replaced::Conflict })
                }
                Err(error) if s3_client::is_not_implemented(&error) => {
                    let now = self.read(path, u64::MAX).await?;
                    if now.as_ref().map(|now| &now.content) != read.map(|read| &read.content) {
                        return Ok(Replaced::Conflict);
                    }
                    let put = self.put_short(path, content, PutMode::Overwrite).await;
                    put.map_err(|error| store_error(path, &error))?;
                    Ok(Replaced::Unguarded)
                }
                Err(error) => Err(store_error(path, &error)),
            }
        })
    }

    fn remove(&self, path: &str) -> Result<()> {
        match self.runtime.block_on(self.store.delete(&self.object(path))) {
            Err(error) if !matches!(error, StoreError::NotFound { .. }) => Err(store_error(path, &error)),
            _ => Ok(()),
        }
    }
}

/// The headers with which the storage serves a file.
fn attributes(path: &str) -> Attributes {
    let values = [(Attribute::ContentType, media_type(path)), (Attribute::CacheControl, cache_control(path))];
    values.into_iter().map(|(name, value)| (name, object_store::AttributeValue::from(value))).collect()
}
