export interface Exhibit { name: string }
