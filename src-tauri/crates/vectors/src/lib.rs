//! LanceDB: the vector index of a library, a projection that can be made again from the catalog at any time.
