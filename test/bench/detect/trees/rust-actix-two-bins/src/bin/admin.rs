fn main() {
    println!("flushing {}", sessions::store::url());
}
