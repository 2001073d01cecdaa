export default function Page() { return <h1>Recipes</h1>; }
